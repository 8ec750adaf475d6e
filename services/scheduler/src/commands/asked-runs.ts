import type { AskedRun } from '@syncline/proto'
import type { AskedRunRow } from '../store/schedule-store.ts'

/** As in ../scripts/trigger.lua. */
export const RUNS_MAX = 100

/** The first of the runs that a command asked for, and whether there are more. */
export function askedRuns(rows: AskedRunRow[]): { runs: AskedRun[]; moreRuns: boolean } {
  const runs = rows
    .slice(0, RUNS_MAX)
    .map(([id, connectionId, sync, variant]) => ({ id, connectionId, sync, variant }))
  return { runs, moreRuns: rows.length > RUNS_MAX }
}
