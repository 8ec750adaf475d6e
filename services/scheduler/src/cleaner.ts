import type { RecordsClient } from '@syncline/proto'
import pLimit from 'p-limit'
import type { Events } from './events.ts'
import { fenceOf } from './run.ts'
import type { Store } from './store.ts'

const DEADLINE_MS = 5000
/** The instance that removed the schedule cleans first. */
const LEFT_ALONE_MS = 3 * DEADLINE_MS
const LOCK_MS = 3 * DEADLINE_MS
/** Environments that a sweep works on at the same time. */
const CONCURRENCY = 8

export type Records = Pick<RecordsClient<{ deadline?: number }>, 'begin' | 'emptyStreams'>

type Deps = { store: Store; records: Records; events: Events }

/**
 * Empties the streams of a schedule that was removed. The entry in `cleaning` is deleted last, so the emptying is repeated
 * after a crash. Returns whether nothing is left to do; a failed cleaning is left to `sweepCleanings`.
 */
export async function clean(
  { store, records, events }: Deps,
  environment: string,
  id: string,
): Promise<boolean> {
  const cleaning = await store.cleaning(environment, id)
  if (cleaning === undefined) return true
  const { uid: connection, variant, sync, number } = cleaning
  const streams = cleaning.models.map((model) => ({ environment, connection, model, variant }))
  try {
    // The last run may still be on its way out: a newer fence keeps what it sends from coming back.
    const writer = { runId: `${id}-removed`, sync, fence: fenceOf(number, 0) }
    if (streams.length > 0) {
      await records.begin({ writer, streams, empty: false }, { deadline: DEADLINE_MS })
      await records.emptyStreams({ streams }, { deadline: DEADLINE_MS })
    }
  } catch (error) {
    events.cleaningFailed(environment, id, error)
    return false
  }
  await store.cleaned(environment, id)
  events.streamsEmptied(environment, id)
  return true
}

/**
 * Finishes the cleanings that an instance began and did not finish. One instance at a time: an emptying that arrives
 * after another one has finished could meet the records of a schedule that was made again.
 */
export async function sweepCleanings(deps: Deps): Promise<void> {
  const limit = pLimit(CONCURRENCY)
  const environments = await deps.store.environments()
  await Promise.all(environments.map((environment) => limit(() => sweepEnvironment(deps, environment))))
}

async function sweepEnvironment(deps: Deps, environment: string): Promise<void> {
  const { store } = deps
  for (const id of await store.cleanings(environment)) {
    const cleaning = await store.cleaning(environment, id)
    if (cleaning === undefined || store.now() - cleaning.since < LEFT_ALONE_MS) continue
    if (await store.lockCleaning(environment, id, LOCK_MS)) await clean(deps, environment, id)
  }
}
