import {
  type Catalog,
  type ExpectedSchedule,
  expectedSchedules,
  isBehind,
  type SchedulePosition,
  scheduleCursor,
} from '@syncline/catalog'
import type { ListSchedulesRequest, SyncName } from '@syncline/proto'
import { BASE } from '../schedules/schedule.ts'
import type { Views } from '../store/views.ts'
import { type Listed, readExpected } from './read-listed.ts'

/** Schedules that one page looks at: names of variants that few of many have make short pages, and not one long one. */
const LOOKS = 5000
/** Of one script. */
const BATCH = 500

type Request = Pick<
  ListSchedulesRequest,
  'environment' | 'providerConfigKey' | 'connectionId' | 'syncs' | 'limit' | 'cursor'
>

/**
 * One page of the schedules of an environment, as they are now. The catalog says which there are and in which order; what Redis knows
 * of them is read with one script for each batch, and variants with a second one, if there are any.
 */
export async function schedulesPage(
  { views, catalog }: { views: Views; catalog: Catalog },
  request: Request,
): Promise<{ found: Listed[]; nextCursor: string }> {
  const { environment, syncs } = request
  const limit = request.limit || Number.POSITIVE_INFINITY
  const after = request.cursor === '' ? undefined : scheduleCursor.decode(request.cursor)
  const filter = {
    ...(request.providerConfigKey !== '' && { integration: request.providerConfigKey }),
    ...(request.connectionId !== '' && { connection: request.connectionId }),
    syncs: syncs.map(({ name }) => name),
  }
  const expected = expectedSchedules(catalog, environment, filter, after)
  const found: Listed[] = []
  let last = after
  for (let looks = 0; ; ) {
    // The first one is the last one of the page before, unless that is gone.
    const again = looks === 0 && after ? 1 : 0
    const batch = take(expected, Math.min(BATCH, limit - found.length + again))
    if (batch.length === 0) return { found, nextCursor: '' }
    for (const listed of await readExpected(views, environment, batch)) {
      const position = positionOf(listed)
      if (after && !isBehind(position, after)) continue
      if (found.length === limit) return { found, nextCursor: cursorOf(last) }
      if (isAsked(listed, syncs)) found.push(listed)
      last = position
    }
    looks += batch.length
    // All of the batch was looked at, with its variants.
    last = {
      ...positionOf({ ...(batch.at(-1) as ExpectedSchedule), variant: BASE }),
      variant: BEHIND_VARIANTS,
    }
    if (request.limit > 0 && (looks >= LOOKS || found.length === limit)) {
      return expected.next().done ? { found, nextCursor: '' } : { found, nextCursor: cursorOf(last) }
    }
  }
}

/** Behind all names: those are of letters, digits, _ and -. */
const BEHIND_VARIANTS = '~'

function isAsked({ sync, variant }: Listed, syncs: SyncName[]): boolean {
  return syncs.length === 0 || syncs.some((it) => it.name === sync.name && it.variant === variant)
}

function take<T>(generator: Generator<T, void>, count: number): T[] {
  const taken: T[] = []
  while (taken.length < count) {
    const { value, done } = generator.next()
    if (done) break
    taken.push(value)
  }
  return taken
}

function positionOf({
  connection,
  sync,
  variant,
}: Pick<Listed, 'connection' | 'sync' | 'variant'>): SchedulePosition {
  return { integration: connection.integration, connection: connection.id, sync: sync.name, variant }
}

function cursorOf(position: SchedulePosition | undefined): string {
  return position ? scheduleCursor.encode(position) : ''
}
