import type { Connection } from '@syncline/catalog'
import { inChunks } from '../in-chunks.ts'
import { BASE, type Blocked, scheduleId } from '../schedules/schedule.ts'
import { CHECKED_AT_ONCE, type ScheduleStore } from '../store/schedule-store.ts'
import type { Deployed } from './definitions.ts'

/** A schedule that has to be there: a base one of a deployed sync, or a variant that was made. */
export interface Expected {
  deployed: Deployed
  def: string
  connection: Connection
  variant: string
  id: string
  /** JSON text of `Blocked`; '' = not blocked. */
  blocked: string
}

/** Connections of one integration, and syncs that are deployed there. */
export type Part = { connections: Iterable<Connection>; deployed: Deployed[] }

/** In batches that may span parts; those of a sync come one after the other. */
export async function* expectedOf(
  schedules: ScheduleStore,
  parts: Iterable<Part>,
): AsyncGenerator<Expected[]> {
  let batch: Expected[] = []
  for (const { connections, deployed: all } of parts) {
    if (all.length === 0) continue
    for (const some of inChunks(connections, CHECKED_AT_ONCE)) {
      const { environment } = some[0] as Connection
      const uids = some.map(({ uid }) => uid)
      const variants = await schedules.variantsOf(environment, uids)
      for (const deployed of all) {
        const { def, sync } = deployed
        for (const connection of some) {
          const blocked = blockedBy(connection)
          for (const variant of [BASE, ...(variants.get(connection.uid)?.[sync.name] ?? [])]) {
            const id = scheduleId(environment, connection.uid, sync.name, variant)
            batch.push({ deployed, def, connection, variant, id, blocked })
            if (batch.length < CHECKED_AT_ONCE) continue
            yield batch
            batch = []
          }
        }
      }
    }
  }
  if (batch.length > 0) yield batch
}

/** JSON text of why slots of the connection do not run; '' if they do. */
export function blockedBy({ needsReauth }: Connection): string {
  if (needsReauth === undefined) return ''
  const { reason: message, since } = needsReauth
  return JSON.stringify({ reason: 'needs_reauth', message, since } satisfies Blocked)
}
