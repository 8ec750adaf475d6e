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
import { fleetCounts } from './fleet-counts.ts'
import { type FleetFilter, type FleetSort, fleetOf, fleetPage } from './fleet-page.ts'
import type { Fleets } from './fleets.ts'
import { reasonsFromWire, scheduleMessage } from './messages.ts'
import { readPlaces } from './read-listed.ts'
import type { Schedule } from './schedule.ts'
import type { Views } from './store/views.ts'

const LIMIT = 100

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
  const rows = await deps.fleets.rows(environment)
  const order = { sort: sortFromWire(sort), descending }
  const { page, nextCursor, total } = fleetPage(rows, wanted, order, { limit: limit || LIMIT, cursor })
  const found = await readPlaces(deps.views, page)
  return { schedules: found.map(scheduleMessage), nextCursor, total }
}

export async function countSchedules(
  deps: Deps,
  { environment, filter }: CountSchedulesRequest,
): Promise<ScheduleCounts> {
  const wanted = await filterOf(deps, environment, filter)
  return fleetCounts(fleetOf(await deps.fleets.rows(environment), wanted))
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
    tags,
    version,
    q,
  } = filter
  if (connection !== '') await catalog.connections.get(environment, integration, connection)
  if (integration !== '')
    await Promise.all(syncs.map(({ name }) => catalog.syncs.find(environment, integration, name)))
  return {
    ...{ integration, connection, syncs, onlyStale, tags, version, q },
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
