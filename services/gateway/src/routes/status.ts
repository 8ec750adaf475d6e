import type { SyncStatus } from '@syncline/api'
import { checkNames } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import { countRecords } from '../answers/record-counts.ts'
import { syncStatus } from '../answers/sync-status.ts'
import type { Handler } from '../http/handler.ts'
import { page } from '../http/next-link.ts'

/** Schedules that are asked for in one call to the scheduler, and in one to the record store: those two work at the same time. */
const PAGE = 250
/** Schedules of one answer: about 5 MB of JSON. */
const ALL_MAX = 5000

export const getSyncStatus: Handler<'getSyncStatus'> = async (
  { catalog, scheduler, records },
  { environment, query },
) => {
  const { provider_config_key: integration, connection_id: connection, syncs, limit } = query
  await checkNames(catalog, environment, { integration, connection, syncs })
  const wanted = { environment, providerConfigKey: integration, connectionId: connection ?? '', syncs }
  const found: Promise<SyncStatus[]>[] = []
  let count = 0
  let cursor = query.cursor ?? ''
  do {
    const some = await scheduler.ask((schedules, options) =>
      schedules.listSchedules({ ...wanted, limit: limit ?? PAGE, cursor }, options),
    )
    const statuses = countRecords(catalog, records, environment, some.schedules).then((counts) =>
      some.schedules.map((schedule, index) => syncStatus(schedule, counts[index] ?? {})),
    )
    // It is awaited when all schedules are there; if one of those calls fails, nobody waits for it.
    statuses.catch(() => {})
    found.push(statuses)
    count += some.schedules.length
    cursor = some.nextCursor
    if (limit !== undefined) {
      const written = { ...query, syncs: syncs.length === 0 ? '*' : syncs }
      return page('/sync/status', written, { syncs: await statuses, next_cursor: cursor || null })
    }
    if (cursor !== '' && count + PAGE > ALL_MAX) {
      throw new AppError(
        'too_large',
        `there are more than ${ALL_MAX} schedules: give limit, and follow next_cursor`,
      )
    }
  } while (cursor !== '')
  const all = (await Promise.all(found)).flat()
  for (const { name, variant } of syncs) {
    // The base schedule of a deployed sync may be a moment away; any other variant is there or unknown.
    if (variant !== 'base' && !all.some((it) => it.name === name && it.variant === variant)) {
      throw new AppError('unknown_sync', `sync '${name}' has no variant '${variant}'`)
    }
  }
  return { syncs: all }
}
