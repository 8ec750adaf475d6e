import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '@syncline/errors'

const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 5000

interface Options {
  forMs: number
  signal: AbortSignal
  isWorthIt?: (error: unknown) => boolean
  /** Called for the first failure that is followed by another try. */
  onFailure?: (error: unknown) => void
}

/** Repeats a call that fails with an error worth a retry, with growing waits, for `forMs`. The call is idempotent. */
export async function retrying<T>(
  call: (signal: AbortSignal) => Promise<T>,
  { forMs, signal, isWorthIt = isTemporary, onFailure = () => {} }: Options,
): Promise<T> {
  const until = performance.now() + forMs
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
    try {
      signal.throwIfAborted()
      return await call(signal)
    } catch (error) {
      // A call that we ended ourselves fails for our reason.
      signal.throwIfAborted()
      if (!isWorthIt(error) || performance.now() + waitMs > until) throw error
      if (waitMs === FIRST_WAIT_MS) onFailure(error)
    }
    await sleep(waitMs * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => {})
  }
}

const isTemporary = (error: unknown) => error instanceof AppError && error.retry
