import { orAborted, timeLimit } from '@syncline/async'

const CHECK_TIMEOUT_MS = 2000

/** By name of what a service depends on: `ok`, or what is wrong with it. */
export type Health = Record<string, string>

/** Asks one server whether it answers. The signal aborts when the answer is not waited for any more. */
type Check = (signal: AbortSignal) => Promise<unknown>

/** Asks all that a service depends on at once. A call that resolves within 2 s is `ok`. */
export async function checkHealth(checks: Record<string, Check>): Promise<Health> {
  const states = Object.entries(checks).map(async ([name, ask]) => [name, await stateOf(ask)] as const)
  return Object.fromEntries(await Promise.all(states))
}

/** What `GET /health` answers. */
export function healthAnswer(checks: Health) {
  const ok = Object.values(checks).every((state) => state === 'ok')
  return ok
    ? ({ code: 200, body: { status: 'ok', checks } } as const)
    : ({ code: 503, body: { status: 'failing', checks } } as const)
}

async function stateOf(ask: Check): Promise<string> {
  using limit = timeLimit(CHECK_TIMEOUT_MS)
  try {
    await orAborted(ask(limit.signal), limit.signal)
    return 'ok'
  } catch (error) {
    if (limit.signal.aborted) return `no answer within ${CHECK_TIMEOUT_MS} ms`
    return error instanceof Error ? error.message : String(error)
  }
}
