import type { RecordsClient, Stream } from '@syncline/proto'
import pLimit from 'p-limit'
import type { ScheduleEvents } from '../schedule-events.ts'
import { fenceOf } from '../schedules/run.ts'
import type { Cleaning, CleaningStore } from '../store/cleaning-store.ts'

const DEADLINE_MS = 5000
/** Of a batch: two calls, one after the other. */
const BATCH_MS = 3 * DEADLINE_MS
/** The instance that removed the schedules cleans first. */
const LEFT_ALONE_MS = BATCH_MS + DEADLINE_MS
const BATCH = 100
/** Calls to the record store at the same time. */
const CONCURRENCY = 8

export type Records = Pick<RecordsClient<{ deadline?: number }>, 'begin' | 'emptyStreams' | 'forgetRuns'>

export type CleanerDeps = {
  cleanings: CleaningStore
  records: Records
  events: Pick<ScheduleEvents, 'cleaningFailed' | 'streamsEmptied'>
}

/**
 * Empties the streams of schedules that were removed, at most `BATCH`. Their entries in `cleaning` are deleted last, so the
 * emptying is repeated after a crash. Returns whether nothing is left to do; a failed cleaning is left to `sweepCleanings`.
 */
export async function clean(deps: CleanerDeps, environment: string, ids: string[]): Promise<boolean> {
  const cleanings = await deps.cleanings.find(environment, ids)
  if (cleanings.length === 0) return true
  try {
    await empty(deps.records, environment, cleanings)
  } catch (error) {
    deps.events.cleaningFailed(environment, cleanings.length, error)
    return false
  }
  await deps.cleanings.finish(
    environment,
    cleanings.map(({ id }) => id),
  )
  deps.events.streamsEmptied(environment, cleanings.length)
  return true
}

/**
 * Finishes the cleanings that an instance began and did not finish, or left to this. One instance at a time: an emptying that
 * arrives after another one has finished could meet the records of a schedule that was made again. Returns whether there is more to
 * do.
 */
export async function sweepCleanings(deps: CleanerDeps, signal: AbortSignal): Promise<boolean> {
  const environments = await deps.cleanings.environments()
  if (environments.length === 0) return false
  await using held = await deps.cleanings.tryMutex()
  if (!held) return false
  const stop = AbortSignal.any([signal, held.signal])
  const limit = pLimit(CONCURRENCY)
  const swept = environments.map((environment) => limit(() => sweepEnvironment(deps, environment, stop)))
  return (await Promise.all(swept)).includes(true)
}

async function sweepEnvironment(
  deps: CleanerDeps,
  environment: string,
  signal: AbortSignal,
): Promise<boolean> {
  if (signal.aborted) return false
  const some = await deps.cleanings.some(environment, BATCH)
  const due = some.filter(({ since }) => deps.cleanings.now() - since >= LEFT_ALONE_MS)
  const isDone = await clean(
    deps,
    environment,
    due.map(({ id }) => id),
  )
  return isDone && due.length > 0
}

async function empty(records: Records, environment: string, cleanings: Cleaning[]): Promise<void> {
  const limit = pLimit(CONCURRENCY)
  const deadline = Date.now() + BATCH_MS
  const left = () => Math.max(1, Math.min(DEADLINE_MS, deadline - Date.now()))
  const streams: Stream[] = []
  // The last run may still be on its way out: a newer fence keeps what it sends from coming back.
  const begun = cleanings.map(({ id, uid: connection, variant, sync, number, models }) => {
    const own = models.map((model) => ({ environment, connection, model, variant }))
    streams.push(...own)
    const writer = { runId: `${id}-removed`, sync, fence: fenceOf(number, 0) }
    return limit(() => records.begin({ writer, streams: own, empty: false }, { deadline: left() }))
  })
  await Promise.all(begun)
  await records.emptyStreams({ streams }, { deadline: left() })
}
