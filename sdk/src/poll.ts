import { SynclineError } from './error.ts'
import { sleep } from './sleep.ts'
import type { CallOptions } from './transport.ts'

const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 10_000
const DEADLINE_MS = 60 * 60_000

export interface WaitOptions extends CallOptions {
  /** How long to wait in all; an hour by default. After that, a `SynclineError` of code `timeout`. */
  deadlineMs?: number
}

/** Asks again and again, after growing waits, until `isDone`. */
export async function poll<T>(
  what: string,
  read: (options: CallOptions) => Promise<T>,
  isDone: (answer: T) => boolean,
  { deadlineMs = DEADLINE_MS, ...options }: WaitOptions = {},
): Promise<T> {
  const end = Date.now() + deadlineMs
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 1.5, LONGEST_WAIT_MS)) {
    const answer = await read(options)
    if (isDone(answer)) return answer
    const leftMs = end - Date.now()
    if (leftMs <= 0) throw new SynclineError(0, 'timeout', `${what} has not ended within ${deadlineMs} ms`)
    await sleep(Math.min(waitMs, leftMs), options.signal).catch((cause: unknown) => {
      throw new SynclineError(0, 'aborted', `waiting for ${what} was aborted`, { cause })
    })
  }
}
