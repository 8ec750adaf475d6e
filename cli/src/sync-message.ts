import type { Schedule } from '@syncline/sdk'

/** What somebody should know who looks at a sync now: why it waits or is stopped, else how its last run ended. */
export function syncMessage({
  blocked,
  lastRun,
  connection_id,
}: Pick<Schedule, 'blocked' | 'lastRun' | 'connection_id'>): string | null {
  if (lastRun?.state === 'running') return lastRun.parked && `waits for its API: ${lastRun.parked}`
  if (lastRun?.state === 'queued') {
    const { throttled, requestedAt } = lastRun
    if (throttled?.until) return `waits for its API until ${throttled.until}: ${throttled.reason}`
    return `waits for a runner since ${requestedAt}`
  }
  if (blocked) {
    const { since, message } = blocked
    return `connection '${connection_id}' needs new credentials since ${since}, ${message}. Give it new ones: syncline connection create --help`
  }
  return lastRun?.error ?? lastRun?.warning ?? null
}
