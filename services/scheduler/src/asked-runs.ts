import type { AskedRun } from '@syncline/proto'

/** As in ./scripts/trigger.lua. */
export const RUNS_MAX = 100

/** Of a schedule that a command was about: see ./scripts/trigger.lua. */
export type RunRow = [id: string, connection: string, sync: string, variant: string]

/** The first of the runs that a command asked for, and whether there are more. */
export function askedRuns(rows: RunRow[]): { runs: AskedRun[]; moreRuns: boolean } {
  const runs = rows
    .slice(0, RUNS_MAX)
    .map(([id, connectionId, sync, variant]) => ({ id, connectionId, sync, variant }))
  return { runs, moreRuns: rows.length > RUNS_MAX }
}
