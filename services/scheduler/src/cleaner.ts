import type { RecordsClient } from '@syncline/proto'
import type { Events } from './events.ts'
import { fenceOf } from './schedule.ts'
import type { Store } from './store.ts'

const DEADLINE_MS = 5000
/** Whoever removed the schedule cleans first. */
const LEFT_ALONE_MS = 3 * DEADLINE_MS
const LOCK_MS = 3 * DEADLINE_MS

export type Records = Pick<RecordsClient<{ deadline?: number }>, 'begin' | 'emptyStreams'>

type Deps = { store: Store; records: Records; events: Events }

/**
 * Empties the streams of a schedule that was removed; the note that this is to be done goes last, so it is done again
 * after any crash. Returns whether nothing is left to do; what fails is left to `sweepCleanings`.
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
 * What was left by those who removed it. One instance at a time: an emptying that arrives after another one has
 * finished could meet the records of a schedule that was made again.
 */
export async function sweepCleanings(deps: Deps): Promise<number> {
  const { store } = deps
  for (const environment of await store.environments()) {
    for (const id of await store.cleanings(environment)) {
      const cleaning = await store.cleaning(environment, id)
      if (cleaning === undefined || store.now() - cleaning.since < LEFT_ALONE_MS) continue
      if (await store.lockCleaning(environment, id, LOCK_MS)) await clean(deps, environment, id)
    }
  }
  return 0
}
