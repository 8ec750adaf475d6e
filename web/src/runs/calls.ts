/** HTTP calls of an attempt to a host that were answered with a status. */
export interface Calls {
  host: string
  /** null = no answer. */
  status: number | null
  count: number
  retries: number
  wait_ms: number
  total_ms: number
  max_ms: number
}

export interface HostCalls {
  host: string
  count: number
  failed: number
  retries: number
  wait_ms: number
  total_ms: number
  max_ms: number
  /** By status, the most frequent ones first. */
  statuses: Calls[]
}

/** Calls of all attempts by host, and of a host by status. Hosts with the most calls come first. */
export function callsByHost(attempts: readonly { calls: readonly Calls[] }[]): HostCalls[] {
  const hosts = new Map<string, Map<number | null, Calls>>()
  for (const call of attempts.flatMap(({ calls }) => calls)) {
    const statuses = hosts.get(call.host) ?? new Map<number | null, Calls>()
    hosts.set(call.host, statuses)
    const before = statuses.get(call.status)
    statuses.set(call.status, before === undefined ? { ...call } : added(before, call))
  }
  return [...hosts]
    .map(([host, byStatus]) => {
      const statuses = [...byStatus.values()].sort((a, b) => b.count - a.count)
      const sum = (of: (calls: Calls) => number) => statuses.reduce((all, calls) => all + of(calls), 0)
      return {
        host,
        count: sum(({ count }) => count),
        failed: sum(({ count, status }) => (isFailure(status) ? count : 0)),
        retries: sum(({ retries }) => retries),
        wait_ms: sum(({ wait_ms }) => wait_ms),
        total_ms: sum(({ total_ms }) => total_ms),
        max_ms: Math.max(...statuses.map(({ max_ms }) => max_ms)),
        statuses,
      }
    })
    .sort((a, b) => b.count - a.count)
}

export const isFailure = (status: number | null): boolean => status === null || status >= 400

function added(one: Calls, other: Calls): Calls {
  return {
    ...one,
    count: one.count + other.count,
    retries: one.retries + other.retries,
    wait_ms: one.wait_ms + other.wait_ms,
    total_ms: one.total_ms + other.total_ms,
    max_ms: Math.max(one.max_ms, other.max_ms),
  }
}
