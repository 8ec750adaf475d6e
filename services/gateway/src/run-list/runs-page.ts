import { AppError } from '@syncline/errors'
import type { RunsPosition } from './runs-position.ts'

/**
 * A page of runs of two sources. The scheduler has the last runs of each schedule, at once; the record store has all of them, some time
 * after they ended. The seam is an instant before which the record store has every run: those that ended at the seam or later are taken
 * from the scheduler, and those that ended before from the record store. Cursors keep the seam, so that no run is told twice or left out
 * while more of them come to the record store.
 */

type Service = 'scheduler' | 'records'
export interface RunsPage<Run> {
  runs: Run[]
  next: RunsPosition | null
  unavailable: Service[]
}

export interface Recent<Run> {
  runs: Run[]
  /** '' = there are no more. */
  nextCursor: string
  /** Runs that ended before may not be kept any more; 0 = all are. */
  keptFromMs: number
}

type Place = { endedMs: number; runId: string }

export interface Past<Run> {
  runs: Run[]
  isLast: boolean
  /** Of this time every run is there: from <= end < to. Both 0 = none is. */
  knownFromMs: number
  knownToMs: number
}

/** Each gives undefined if its service does not answer. */
export interface RunSources<Run> {
  /** Runs that have not ended, and of the others, those that ended then or later. */
  recent(cursor: string, endedFromMs: number, limit: number): Promise<Recent<Run> | undefined>
  /** Runs that ended, behind this place; without one, those of the time that is known. */
  past(behind: Place | undefined, limit: number): Promise<Past<Run> | undefined>
  /** Runs that ended before. */
  old(cursor: string, endedToMs: number, limit: number): Promise<Recent<Run> | undefined>
  placeOf(run: Run): Place | undefined
}

/** Later than any run. */
const NEWEST: Place = { endedMs: Number.MAX_SAFE_INTEGER, runId: '' }

export async function runsPage<Run>(
  sources: RunSources<Run>,
  limit: number,
  position: RunsPosition | undefined,
): Promise<RunsPage<Run>> {
  if (position === undefined) return firstPage(sources, limit)
  if (position.part === 'recent') {
    const recent = await sources.recent(position.cursor, position.seamMs, limit)
    if (recent === undefined) throw away('scheduler')
    return recentPage(sources, limit, recent, position)
  }
  if (position.part === 'past') {
    const past = await sources.past(position, limit)
    if (past === undefined) throw away('records')
    return pastPage(sources, limit, [], past, position)
  }
  return oldPage(sources, limit, [], position)
}

async function firstPage<Run>(sources: RunSources<Run>, limit: number): Promise<RunsPage<Run>> {
  const past = await sources.past(undefined, limit)
  const seamMs = past?.knownToMs ?? 0
  const recent = await sources.recent('', seamMs, limit)
  if (recent !== undefined) {
    const page = await recentPage(sources, limit, recent, { seamMs, lastMs: NEWEST.endedMs }, past)
    return past ? page : { ...page, unavailable: ['records'] }
  }
  const newest = past && (await sources.past(NEWEST, limit))
  if (newest === undefined) throw away('scheduler')
  return pastPage(sources, limit, [], newest, NEWEST, ['scheduler'])
}

/** @param known What the record store has behind the seam, if it was asked. */
async function recentPage<Run>(
  sources: RunSources<Run>,
  limit: number,
  { nextCursor, keptFromMs, ...recent }: Recent<Run>,
  at: { seamMs: number; lastMs: number },
  known?: Past<Run>,
): Promise<RunsPage<Run>> {
  const endOf = (run: Run) => sources.placeOf(run)?.endedMs ?? NEWEST.endedMs
  // So many runs have ended that the scheduler has dropped some of this side of the seam. The record store may have them.
  const isDropped = at.seamMs > 0 && keptFromMs > at.seamMs
  const seamMs = isDropped ? Math.min(keptFromMs, at.lastMs) : at.seamMs
  const runs = recent.runs.filter((run) => endOf(run) >= seamMs)
  if (nextCursor !== '' && runs.length === recent.runs.length) {
    const lastMs = Math.min(at.lastMs, ...runs.map(endOf))
    return { runs, next: { part: 'recent', cursor: nextCursor, seamMs, lastMs }, unavailable: [] }
  }
  if (seamMs === 0) return { runs, next: null, unavailable: [] }
  const seam = { endedMs: seamMs, runId: '' }
  const past = !isDropped && known ? known : await sources.past(seam, limit)
  if (past) return pastPage(sources, limit, runs, past, seam)
  if (runs.length === 0) throw away('records')
  return { runs, next: { part: 'past', ...seam }, unavailable: ['records'] }
}

/** @param begun The runs of the page before those of the record store. */
async function pastPage<Run>(
  sources: RunSources<Run>,
  limit: number,
  begun: Run[],
  past: Past<Run>,
  behind: Place,
  unavailable: Service[] = [],
): Promise<RunsPage<Run>> {
  const taken = past.runs.slice(0, limit - begun.length)
  const runs = [...begun, ...taken]
  if (taken.length < past.runs.length || !past.isLast) {
    const last = taken.at(-1)
    const { endedMs, runId } = (last && sources.placeOf(last)) ?? behind
    return { runs, next: { part: 'past', endedMs, runId }, unavailable }
  }
  if (past.knownFromMs === 0 || unavailable.length > 0) return { runs, next: null, unavailable }
  return oldPage(sources, limit, runs, { part: 'old', cursor: '', beforeMs: past.knownFromMs })
}

async function oldPage<Run>(
  sources: RunSources<Run>,
  limit: number,
  begun: Run[],
  at: RunsPosition & { part: 'old' },
): Promise<RunsPage<Run>> {
  if (begun.length === limit) return { runs: begun, next: at, unavailable: [] }
  const old = await sources.old(at.cursor, at.beforeMs, limit - begun.length)
  if (old === undefined) {
    if (begun.length === 0) throw away('scheduler')
    return { runs: begun, next: null, unavailable: ['scheduler'] }
  }
  const next = old.nextCursor === '' ? null : { ...at, cursor: old.nextCursor }
  return { runs: [...begun, ...old.runs], next, unavailable: [] }
}

const names = { scheduler: 'the scheduler', records: 'the record store' }

function away(service: Service): AppError {
  return new AppError('unavailable', `${names[service]} does not answer at the moment: try again`)
}
