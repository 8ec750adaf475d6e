import { checkNames } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import type { ScheduleFilter } from '@syncline/proto'
import { countsOrNone } from '../answers/counts-or-none.ts'
import { enumValue } from '../answers/enum-name.ts'
import { scheduleAnswer } from '../answers/schedule-answer.ts'
import { countsAnswer } from '../answers/schedule-counts.ts'
import type { Handler } from '../http/handler.ts'
import { page } from '../http/next-link.ts'
import { countsFromCatalog, schedulesFromCatalog } from './schedules-from-catalog.ts'

export const listSchedules: Handler<'listSchedules'> = async (dependencies, request) => {
  const { catalog, scheduler, records } = dependencies
  const { environment, query } = request
  await checkFilter(dependencies, environment, query)
  const found = await scheduler.askOrNone((schedules, options) =>
    schedules.searchSchedules(
      {
        ...{ environment, filter: filterOf(query), limit: query.limit, cursor: query.cursor ?? '' },
        sort: enumValue('SCHEDULE_SORT', query.sort),
        descending: query.order === 'desc',
      },
      options,
    ),
  )
  if (found === undefined) return schedulesFromCatalog(dependencies, request)
  if (found.reading) throw stillReading(environment)
  const counts = await countsOrNone(catalog, records, environment, found.schedules)
  return page('/schedules', query, {
    schedules: found.schedules.map((schedule, index) =>
      scheduleAnswer(catalog, environment, schedule, counts?.[index] ?? null),
    ),
    next_cursor: found.nextCursor || null,
    total: found.total,
    unavailable: counts ? [] : ['records'],
  })
}

export const countSchedules: Handler<'countSchedules'> = async (dependencies, { environment, query }) => {
  await checkFilter(dependencies, environment, query)
  const counts = await dependencies.scheduler.askOrNone((schedules, options) =>
    schedules.countSchedules({ environment, filter: filterOf(query) }, options),
  )
  if (counts?.reading) throw stillReading(environment)
  return counts ? countsAnswer(counts) : countsFromCatalog(dependencies, environment, query)
}

/** A large environment that nobody has looked at for a while. */
function stillReading(environment: string): AppError {
  const message = `the scheduler still reads the schedules of environment '${environment}': try again in a second`
  return new AppError('unavailable', message)
}

type Query = Parameters<Handler<'countSchedules'>>[1]['query']

async function checkFilter(
  { catalog }: Parameters<Handler<'countSchedules'>>[0],
  environment: string,
  { provider_config_key: integration, connection_id: connection, syncs = [] }: Query,
): Promise<void> {
  if (integration !== undefined) await checkNames(catalog, environment, { integration, connection, syncs })
}

function filterOf(query: Query): ScheduleFilter {
  return {
    providerConfigKey: query.provider_config_key ?? '',
    connectionId: query.connection_id ?? '',
    syncs: query.syncs ?? [],
    states: query.state?.map((state) => enumValue('SCHEDULE_STATE', state)) ?? [],
    runStates: query.run_state?.map((state) => enumValue('RUN_STATE', state)) ?? [],
    reasons: query.reason?.map((reason) => enumValue('STALE_REASON', reason)) ?? [],
    onlyStale: query.stale,
    onlyFailing: query.failing,
    tags: query.tags ?? {},
    version: query.version ?? '',
    q: query.q ?? '',
  }
}
