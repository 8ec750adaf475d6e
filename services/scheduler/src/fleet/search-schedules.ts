import { setTimeout as sleep } from 'node:timers/promises'
import type { Catalog } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import type {
  CountSchedulesRequest,
  RunState,
  ScheduleCounts,
  ScheduleFilter,
  ScheduleSort,
  ScheduleState,
  SearchSchedulesRequest,
  SearchSchedulesResponse,
} from '@syncline/proto'
import { reasonsFromWire, scheduleMessage } from '../listing/messages.ts'
import { readPlaces } from '../listing/read-listed.ts'
import type { Schedule } from '../schedules/schedule.ts'
import type { Views } from '../store/views.ts'
import { fleetCounts } from './fleet-counts.ts'
import { type FleetFilter, type FleetSort, fleetOf, fleetPage } from './fleet-page.ts'
import type { FleetRow } from './fleet-row.ts'
import type { Fleets } from './fleets.ts'

const LIMIT = 100
/** Less than a gateway waits for an answer. It asks again while a large environment is read for the first time. */
const READING_MS = 2000

interface Deps {
  views: Views
  fleets: Fleets
  catalog: Catalog
}

/** One page: which schedules it has is found in the fleet, what they are is read now. */
export async function searchSchedules(
  deps: Deps,
  { environment, filter, sort, descending, limit, cursor }: SearchSchedulesRequest,
): Promise<SearchSchedulesResponse> {
  const wanted = await filterOf(deps, environment, filter)
  const rows = await rowsInTime(deps, environment)
  if (rows === undefined) return { schedules: [], nextCursor: '', total: 0, reading: true }
  const order = { sort: sortFromWire(sort), descending }
  const { page, nextCursor, total } = fleetPage(rows, wanted, order, { limit: limit || LIMIT, cursor })
  const found = await readPlaces(deps.views, page)
  return { schedules: found.map(scheduleMessage), nextCursor, total, reading: false }
}

export async function countSchedules(
  deps: Deps,
  { environment, filter }: CountSchedulesRequest,
): Promise<ScheduleCounts> {
  const wanted = await filterOf(deps, environment, filter)
  const rows = await rowsInTime(deps, environment)
  return { ...fleetCounts(rows ? fleetOf(rows, wanted) : []), reading: rows === undefined }
}

/** Undefined: they are still being read. That goes on. */
async function rowsInTime({ fleets }: Deps, environment: string): Promise<FleetRow[] | undefined> {
  const late = new AbortController()
  const reading = fleets.rows(environment)
  try {
    return await Promise.race([reading, sleep(READING_MS, undefined, { signal: late.signal })])
  } finally {
    late.abort()
    // The next caller gets the error.
    reading.catch(() => {})
  }
}

/** Fails if there is no such integration, connection or sync. */
async function filterOf(
  { catalog }: Deps,
  environment: string,
  filter: ScheduleFilter | undefined,
): Promise<FleetFilter> {
  if (filter === undefined) throw new AppError('invalid_body', 'the request has no filter')
  const {
    providerConfigKey: integration,
    connectionId: connection,
    syncs,
    onlyStale,
    onlyFailing,
    tags,
    version,
    q,
  } = filter
  if (connection !== '') await catalog.connections.get(environment, integration, connection)
  if (integration !== '')
    await Promise.all(syncs.map(({ name }) => catalog.syncs.find(environment, integration, name)))
  return {
    ...{ integration, connection, syncs, onlyStale, onlyFailing, tags, version, q },
    states: statesFromWire(filter.states),
    runs: runsFromWire(filter.runStates),
    reasons: reasonsFromWire(filter.reasons),
  }
}

function statesFromWire(states: ScheduleState[]): Schedule['state'][] {
  return states.flatMap((state) =>
    state === 'SCHEDULE_STATE_UNSPECIFIED'
      ? []
      : [state.slice('SCHEDULE_STATE_'.length) as Schedule['state']],
  )
}

function runsFromWire(states: RunState[]): FleetFilter['runs'] {
  return states.flatMap((state) => {
    if (state === 'RUN_STATE_QUEUED') return ['QUEUED' as const]
    return state === 'RUN_STATE_RUNNING' ? ['RUNNING' as const] : []
  })
}

/** The names on the wire are the same words with a prefix. */
function sortFromWire(sort: ScheduleSort): FleetSort {
  if (sort === 'SCHEDULE_SORT_UNSPECIFIED') return 'place'
  return sort.slice('SCHEDULE_SORT_'.length).toLowerCase() as FleetSort
}
