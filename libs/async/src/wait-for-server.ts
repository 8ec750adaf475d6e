import { setTimeout as sleep } from 'node:timers/promises'
import { withTimeout } from './with-timeout.ts'

/**
 * The first answer of a server that may still be starting: repeats `ask` for up to 30 s. An error that is not
 * `temporary` is thrown at once. `server` is how the error names it, without a password.
 */
export async function waitForServer<T>(
  server: string,
  ask: () => Promise<T>,
  {
    timeoutMs = 30_000,
    retryMs = 250,
    temporary = () => true,
  }: { timeoutMs?: number; retryMs?: number; temporary?: (error: unknown) => boolean } = {},
): Promise<T> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const leftMs = Math.max(deadline - Date.now(), 0)
    try {
      return await withTimeout(ask(), leftMs, 'the call')
    } catch (cause) {
      if (!temporary(cause)) throw cause
      if (Date.now() + retryMs >= deadline) {
        throw new Error(`${server} did not answer within ${timeoutMs / 1000} s`, { cause })
      }
      await sleep(retryMs)
    }
  }
}
