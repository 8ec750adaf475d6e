import {
  checkNames,
  type ExpectedSchedule,
  expectedSchedules,
  hasTags,
  isBehind,
  type SchedulePosition,
  scheduleCursor,
} from '@syncline/catalog'
import { countsOrNone } from '../answers/counts-or-none.ts'
import { enumValue } from '../answers/enum-name.ts'
import { scheduleAnswer, withoutScheduler } from '../answers/schedule-answer.ts'
import type { Handler } from '../http/handler.ts'
import { page } from '../http/next-link.ts'

/** Connections and schedules that one page looks at, while the scheduler does not answer. */
const LOOKS = 5000

type ListSchedules = Handler<'listSchedules'>
type Request = Parameters<ListSchedules>[1]

export const listSchedules: ListSchedules = async (dependencies, request) => {
  const { catalog, scheduler, records } = dependencies
  const { environment, query } = request
  const { provider_config_key: integration, connection_id: connection, syncs = [] } = query
  if (integration !== undefined) {
    await checkNames(catalog, environment, { integration, connection, syncs })
  }
  const found = await scheduler.askOrNone((schedules, options) =>
    schedules.listSchedules(
      {
        environment,
        providerConfigKey: integration ?? '',
        connectionId: connection ?? '',
        syncs,
        states: query.state?.map((state) => enumValue('SCHEDULE_STATE', state)) ?? [],
        reasons: query.reason?.map((reason) => enumValue('STALE_REASON', reason)) ?? [],
        onlyStale: query.stale,
        tags: query.tags ?? {},
        limit: query.limit,
        cursor: query.cursor ?? '',
      },
      options,
    ),
  )
  if (found === undefined) return fromCatalog(dependencies, request)
  const counts = await countsOrNone(catalog, records, environment, found.schedules)
  return page('/schedules', query, {
    schedules: found.schedules.map((schedule, index) => scheduleAnswer(schedule, counts?.[index] ?? null)),
    next_cursor: found.nextCursor || null,
    unavailable: counts ? [] : ['records'],
  })
}

/** While the scheduler does not answer, all are stale for that: what else it would find is not known. */
const fromCatalog: ListSchedules = async (
  { catalog, scheduler, records },
  { environment, query }: Request,
) => {
  const { found, next } =
    query.reason && !query.reason.includes('scheduler_down')
      ? { found: [], next: undefined }
      : pageOf(catalog, environment, query)
  const counts = await countsOrNone(
    catalog,
    records,
    environment,
    found.map(({ connection, sync }) => ({
      providerConfigKey: connection.integration,
      connectionUid: connection.uid,
      sync: sync.name,
      variant: 'base',
    })),
  )
  const { answeredAt } = scheduler
  return page('/schedules', query, {
    schedules: found.map((expected, index) =>
      withoutScheduler(expected, { recordCount: counts?.[index] ?? null, answeredAt }),
    ),
    next_cursor: next ?? null,
    unavailable: counts ? ['scheduler'] : ['scheduler', 'records'],
  })
}

function pageOf(
  catalog: Parameters<typeof expectedSchedules>[0],
  environment: string,
  query: Request['query'],
): { found: ExpectedSchedule[]; next: string | undefined } {
  const { provider_config_key: integration, connection_id: connection, syncs = [], tags, limit } = query
  const filter = {
    ...(integration !== undefined && { integration }),
    ...(connection !== undefined && { connection }),
    syncs: syncs.map(({ name }) => name),
  }
  const after = query.cursor === undefined ? undefined : scheduleCursor.decode(query.cursor)
  const found: ExpectedSchedule[] = []
  let looks = 0
  let last = after
  for (const expected of expectedSchedules(catalog, environment, filter, after)) {
    const position = positionOf(expected)
    if (after && !isBehind(position, after)) continue
    if (found.length === limit || looks === LOOKS) return { found, next: last && scheduleCursor.encode(last) }
    if (hasTags(expected.connection, tags ?? {})) found.push(expected)
    looks++
    last = position
  }
  return { found, next: undefined }
}

function positionOf({ connection, sync }: ExpectedSchedule): SchedulePosition {
  return { integration: connection.integration, connection: connection.id, sync: sync.name, variant: 'base' }
}
