import type { Schedule } from '@syncline/api'

/** What a schedule does now. `unknown`: the scheduler does not answer. */
export type Activity =
  | 'running'
  | 'parked'
  | 'throttled'
  | 'queued'
  | 'paused'
  | 'blocked'
  | 'waiting'
  | 'unknown'

export function activityOf({
  status,
  lastRun,
  blocked,
}: Pick<Schedule, 'status' | 'lastRun' | 'blocked'>): Activity {
  if (status === null) return 'unknown'
  if (lastRun?.state === 'running') return lastRun.parked === null ? 'running' : 'parked'
  if (lastRun?.state === 'queued') return lastRun.throttled?.until ? 'throttled' : 'queued'
  if (status === 'PAUSED') return 'paused'
  return blocked ? 'blocked' : 'waiting'
}

/** The sync of a path: `issues`, of a variant `issues::team-a`. */
export function syncOf(text: string): { name: string; variant: string } {
  const [name = '', variant = 'base'] = text.split('::')
  return { name, variant }
}

/** Live records of all models; null = the record store does not answer. */
export function recordsOf({ recordCount }: Pick<Schedule, 'recordCount'>): number | null {
  return recordCount && Object.values(recordCount).reduce((sum, count) => sum + count, 0)
}
