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

/** Each waits 2 s in the scheduler. Meanwhile it reads the 200 000 that it keeps at most, unless the machine is busy. */
const READING_TRIES = 4

export const listSchedules: Handler<'listSchedules'> = async (dependencies, request) => {
  const { catalog, scheduler, records } = dependencies
  const { environment, query } = request
  await checkFilter(dependencies, environment, query)
  const found = await whenRead(environment, () =>
    scheduler.askOrNone((schedules, options) =>
      schedules.searchSchedules(
        {
          ...{ environment, filter: filterOf(query), limit: query.limit, cursor: query.cursor ?? '' },
          sort: enumValue('SCHEDULE_SORT', query.sort),
          descending: query.order === 'desc',
        },
        options,
      ),
    ),
  )
  if (found === undefined) return schedulesFromCatalog(dependencies, request)
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
  const counts = await whenRead(environment, () =>
    dependencies.scheduler.askOrNone((schedules, options) =>
      schedules.countSchedules({ environment, filter: filterOf(query) }, options),
    ),
  )
  return counts ? countsAnswer(counts) : countsFromCatalog(dependencies, environment, query)
}

/** The scheduler reads a large environment when nobody has looked at it for a while. */
async function whenRead<T extends { reading: boolean }>(
  environment: string,
  ask: () => Promise<T | undefined>,
): Promise<T | undefined> {
  for (let n = 0; n < READING_TRIES; n++) {
    const answer = await ask()
    if (!answer?.reading) return answer
  }
  const message = `the scheduler still reads the schedules of environment '${environment}': try again in a second`
  throw new AppError('unavailable', message)
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
