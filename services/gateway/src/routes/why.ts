import type { SkippedSlots } from '@syncline/api'
import { AppError } from '@syncline/errors'
import { countsOrNone } from '../answers/counts-or-none.ts'
import { enumName } from '../answers/enum-name.ts'
import { instant } from '../answers/instant.ts'
import { listedRun } from '../answers/run-answer.ts'
import { scheduleAnswer, withoutScheduler } from '../answers/schedule-answer.ts'
import type { Handler } from '../http/handler.ts'

const RUNS = 10

export const getWhy: Handler<'getWhy'> = async ({ catalog, scheduler, records }, { environment, query }) => {
  const { provider_config_key: integration, connection_id: connectionId, sync_name: name, variant } = query
  await catalog.integrations.get(environment, integration)
  const connection = await catalog.connections.get(environment, integration, connectionId)
  const sync = await catalog.syncs.get(environment, integration, name)

  const [counts, known] = await Promise.all([
    countsOrNone(catalog, records, environment, [
      { providerConfigKey: integration, sync: name, connectionUid: connection.uid, variant },
    ]),
    scheduler.askOrNone(async (schedules, options) => {
      const place = { environment, providerConfigKey: integration, connectionId }
      const [listed, slots, runs] = await Promise.all([
        schedules.listSchedules({ ...place, syncs: [{ name, variant }] }, options),
        schedules.listSkippedSlots({ ...place, sync: { name, variant } }, options),
        schedules.listRuns({ ...place, sync: { name, variant }, limit: RUNS }, options),
      ])
      return { schedule: listed.schedules[0], skipped: slots.skipped, runs: runs.runs }
    }),
  ])
  const recordCount = counts?.[0] ?? null
  const unavailable = counts ? [] : (['records'] as const)
  if (known === undefined) {
    const { answeredAt } = scheduler
    const schedule = withoutScheduler({ connection, sync }, { variant, recordCount, answeredAt })
    return { schedule, skipped: null, runs: null, unavailable: ['scheduler', ...unavailable] }
  }
  if (known.schedule === undefined) {
    const why = variant === 'base' ? 'has no schedule yet: try again' : `has no variant '${variant}'`
    throw new AppError('unknown_sync', `sync '${name}' of connection '${connectionId}' ${why}`)
  }
  return {
    schedule: scheduleAnswer(catalog, environment, known.schedule, recordCount),
    skipped: known.skipped.flatMap(({ firstMs, lastMs, count, reason }): SkippedSlots[] =>
      reason === 'STALE_REASON_UNSPECIFIED'
        ? []
        : [
            {
              first: instant(firstMs),
              last: instant(lastMs),
              count,
              reason: enumName('STALE_REASON', reason),
            },
          ],
    ),
    runs: known.runs.map(listedRun),
    unavailable: [...unavailable],
  }
}
