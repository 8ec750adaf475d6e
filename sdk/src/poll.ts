import { SynclineError } from './error.ts'
import { milliseconds } from './milliseconds.ts'
import { mayPass } from './retry.ts'
import { sleep } from './sleep.ts'
import type { CallOptions } from './transport.ts'

const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 10_000
const DEADLINE_MS = 60 * 60_000

export interface WaitOptions extends CallOptions {
  /** How long to wait in all; an hour by default. After that, a `SynclineError` of code `timeout`. */
  deadlineMs?: number | undefined
}

/**
 * Asks again and again, after growing waits, until `isDone`. What fails at first fails at once; later a server that does not answer
 * is waited for too, as it may be restarting.
 */
export async function poll<T>(
  what: string,
  read: (options: CallOptions) => Promise<T>,
  isDone: (answer: T) => boolean,
  { deadlineMs = DEADLINE_MS, signal, ...options }: WaitOptions = {},
): Promise<T> {
  const deadline = AbortSignal.timeout(milliseconds('deadlineMs', deadlineMs))
  const stop = signal ? AbortSignal.any([signal, deadline]) : deadline
  const throwIfStopped = (cause: unknown) => {
    if (signal?.aborted) throw new SynclineError(0, 'aborted', `waiting for ${what} was aborted`, { cause })
    if (deadline.aborted)
      throw new SynclineError(0, 'timeout', `${what} has not ended within ${deadlineMs} ms`, { cause })
  }
  let hasAnswered = false
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 1.5, LONGEST_WAIT_MS)) {
    try {
      const answer = await read({ ...options, signal: stop })
      if (isDone(answer)) return answer
      hasAnswered = true
    } catch (error) {
      throwIfStopped(error)
      if (!(hasAnswered && error instanceof SynclineError && mayPass(error))) throw error
    }
    await sleep(waitMs, stop).catch(throwIfStopped)
  }
}
