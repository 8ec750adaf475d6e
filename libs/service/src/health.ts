import { orAborted, timeLimit } from '@syncline/async'

const CHECK_TIMEOUT_MS = 2000
/** A service asks its own servers before it answers. */
const PEER_TIMEOUT_MS = 3000

/** By name of what a service depends on: `ok`, or what is wrong with it. */
export type Health = Record<string, string>

/** Asks one server whether it answers. The signal aborts when the answer is not waited for any more. */
type Check = (signal: AbortSignal) => Promise<unknown>

/** Asks all that a service depends on at once: servers for up to 2 s, other services of ours (`peers`) for up to 3 s. */
export async function checkHealth(
  servers: Record<string, Check>,
  peers: Record<string, Check> = {},
): Promise<Health> {
  const ask = (checks: Record<string, Check>, timeoutMs: number) =>
    Object.entries(checks).map(async ([name, check]) => [name, await stateOf(check, timeoutMs)] as const)
  return Object.fromEntries(
    await Promise.all([...ask(servers, CHECK_TIMEOUT_MS), ...ask(peers, PEER_TIMEOUT_MS)]),
  )
}

/** What `GET /health` answers. */
export function healthAnswer(checks: Health) {
  const ok = Object.values(checks).every((state) => state === 'ok')
  return ok
    ? ({ code: 200, body: { status: 'ok', checks } } as const)
    : ({ code: 503, body: { status: 'failing', checks } } as const)
}

async function stateOf(ask: Check, timeoutMs: number): Promise<string> {
  using limit = timeLimit(timeoutMs)
  try {
    await orAborted(ask(limit.signal), limit.signal)
    return 'ok'
  } catch (error) {
    if (limit.signal.aborted) return `no answer within ${timeoutMs} ms`
    return error instanceof Error ? error.message : String(error)
  }
}
