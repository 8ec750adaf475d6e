import {
  type ExpectedSchedule,
  expectedSchedules,
  isBehind,
  type SchedulePosition,
  searchBy,
  searchCursor,
} from '@syncline/catalog'
import { countsOrNone } from '../answers/counts-or-none.ts'
import { withoutScheduler } from '../answers/schedule-answer.ts'
import { countsAnswer } from '../answers/schedule-counts.ts'
import type { Dependencies } from '../dependencies.ts'
import type { Handler } from '../http/handler.ts'
import { page } from '../http/next-link.ts'

type List = Parameters<Handler<'listSchedules'>>[1]
type Filter = Parameters<Handler<'countSchedules'>>[1]['query']

/*
 * What is told of schedules while the scheduler does not answer. All are stale for that: what else it would find is not known, nor
 * which variants there are. They come by place, whatever was asked for, and a cursor goes on behind its place.
 */

export async function schedulesFromCatalog(
  { catalog, scheduler, records }: Dependencies,
  { environment, query }: Pick<List, 'environment' | 'query'>,
) {
  const found = foundIn(catalog, environment, query)
  const order = `${query.sort} ${query.order}`
  const after = query.cursor === undefined ? undefined : searchCursor.decode(order, query.cursor).position
  const start = after ? found.findIndex((expected) => isBehind(positionOf(expected), after)) : 0
  const rows = start === -1 ? [] : found.slice(start, start + query.limit)
  const last = start + rows.length < found.length ? rows.at(-1) : undefined
  const counts = await countsOrNone(
    catalog,
    records,
    environment,
    rows.map(({ connection, sync }) => ({
      providerConfigKey: connection.integration,
      connectionUid: connection.uid,
      sync: sync.name,
      variant: 'base',
    })),
  )
  const { answeredAt } = scheduler
  return page('/schedules', query, {
    schedules: rows.map((expected, index) =>
      withoutScheduler(expected, { recordCount: counts?.[index] ?? null, answeredAt }),
    ),
    next_cursor: last ? searchCursor.encode(order, { value: null, position: positionOf(last) }) : null,
    total: found.length,
    unavailable: ['scheduler' as const, ...(counts ? [] : ['records' as const])],
  })
}

export function countsFromCatalog({ catalog }: Dependencies, environment: string, query: Filter) {
  const found = foundIn(catalog, environment, query)
  const syncs = Map.groupBy(found, ({ sync }) => sync)
  const total = found.length
  const answer = countsAnswer({
    reading: false,
    ...{ total, stale: total, started: 0, paused: 0, blocked: 0, queued: 0, running: 0 },
    failing: 0,
    reasons: total > 0 ? [{ reason: 'STALE_REASON_SCHEDULER_DOWN', count: total }] : [],
    syncs: Array.from(syncs, ([{ integration, name, version }, { length }]) => ({
      ...{ providerConfigKey: integration, sync: name, version, total: length, stale: length },
    })),
  })
  return {
    ...answer,
    ...{ started: null, paused: null, blocked: null, queued: null, running: null },
    failing: null,
    unavailable: ['scheduler' as const],
  }
}

function foundIn(catalog: Dependencies['catalog'], environment: string, query: Filter): ExpectedSchedule[] {
  const { provider_config_key: integration, connection_id: connection, syncs = [], reason } = query
  // Nobody knows which of them are paused, or have a run, or fail.
  if (query.state || query.run_state || query.failing || (reason && !reason.includes('scheduler_down')))
    return []
  const filter = {
    ...(integration !== undefined && { integration }),
    ...(connection !== undefined && { connection }),
    syncs: syncs.filter(({ variant }) => variant === 'base').map(({ name }) => name),
  }
  if (syncs.length > 0 && filter.syncs.length === 0) return []
  const { tags = {}, version = '', q = '' } = query
  const isFound = searchBy({ tags, version, q })
  return [...expectedSchedules(catalog, environment, filter)].filter((expected) => isFound(expected, 'base'))
}

function positionOf({ connection, sync }: ExpectedSchedule): SchedulePosition {
  return { integration: connection.integration, connection: connection.id, sync: sync.name, variant: 'base' }
}
