import {
  type Catalog,
  type Connection,
  type ExpectedSchedule,
  expectedSchedules,
  hasTags,
  isBehind,
  type SchedulePosition,
  type Sync,
  scheduleCursor,
} from '@syncline/catalog'
import type { ListSchedulesRequest, SyncName } from '@syncline/proto'
import { type Freshness, freshness, type Reason } from './freshness.ts'
import { BASE, scheduleId } from './schedule.ts'
import type { View } from './store/facts.ts'
import type { Views } from './store/views.ts'

/** Schedules that one page looks at: a filter that matches few of many makes short pages, and not one long one. */
const LOOKS = 5000
/** Of one script. */
const BATCH = 500

/** A schedule that is in Redis, or that the catalog says should be. */
export interface Listed {
  connection: Connection
  sync: Sync
  variant: string
  id: string
  view: View | undefined
  freshness: Freshness
}

type Request = Pick<
  ListSchedulesRequest,
  'environment' | 'providerConfigKey' | 'connectionId' | 'syncs' | 'tags' | 'limit' | 'cursor'
> & {
  states: ('STARTED' | 'PAUSED')[]
  /** Stale for one of these; empty = fresh and stale ones alike. */
  reasons: Reason[]
  onlyStale: boolean
}

/**
 * One page of the schedules of an environment. The catalog says which there are and in which order; what Redis knows of them
 * is read with one script for each batch, and variants with a second one, if there are any.
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
    const batch = take(expected, Math.min(BATCH, isFiltered(request) ? BATCH : limit - found.length + again))
    if (batch.length === 0) return { found, nextCursor: '' }
    const tagged = batch.filter(({ connection }) => hasTags(connection, request.tags))
    for (const listed of await read(views, environment, tagged)) {
      const position = positionOf(listed)
      if (after && !isBehind(position, after)) continue
      if (found.length === limit) return { found, nextCursor: cursorOf(last) }
      if (isAsked(listed, request)) found.push(listed)
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

/** The schedules of some connections and syncs, in their order: base ones that are in Redis or should be, and variants. */
async function read(views: Views, environment: string, expected: ExpectedSchedule[]): Promise<Listed[]> {
  const base = expected.map((it) => ({ ...it, variant: BASE, id: idOf(environment, it, BASE) }))
  const uids = [...new Set(expected.map(({ connection }) => connection.uid))]
  const [known, variants] = await Promise.all([
    views.schedules(base.map(({ id }) => id)),
    views.variants(environment, uids),
  ])
  const all = variants.size === 0 ? base : base.flatMap((it) => [it, ...variantsOf(it)])
  const others = all.filter(({ variant }) => variant !== BASE).map(({ id }) => id)
  const knownToo = await views.schedules(others)
  const now = views.now()
  return all.flatMap(({ connection, sync, variant, id }) => {
    const view = known.get(id) ?? knownToo.get(id)
    const expectedSince = Math.max(Date.parse(connection.createdAt), Date.parse(sync.deployedAt))
    const fresh = freshness({ ...(view?.facts ?? UNKNOWN), now, expectedSince })
    // A variant that is not there is being removed; a base schedule may be a moment away.
    if (view === undefined && (variant !== BASE || fresh.stale === undefined)) return []
    return [{ connection, sync, variant, id, view, freshness: fresh }]
  })

  function variantsOf(it: ExpectedSchedule) {
    const names = variants.get(it.connection.uid)?.[it.sync.name] ?? []
    return [...names].sort().map((variant) => ({ ...it, variant, id: idOf(environment, it, variant) }))
  }
}

const NO_LIMIT = { name: '', running: 0, max: 0, oldestAt: 0 }
const UNKNOWN = {
  ...{ schedule: undefined, run: undefined, ended: undefined, downtime: undefined },
  ...{ environment: NO_LIMIT, integration: NO_LIMIT, sync: NO_LIMIT },
  runners: { alive: 0, slots: 0, busy: 0 },
}

function isFiltered({ states, reasons, onlyStale, tags }: Request): boolean {
  return states.length > 0 || reasons.length > 0 || onlyStale || Object.keys(tags).length > 0
}

function isAsked({ sync, variant, view, freshness: { stale } }: Listed, request: Request): boolean {
  const { syncs, states, reasons, onlyStale } = request
  if (syncs.length > 0 && !syncs.some((it: SyncName) => it.name === sync.name && it.variant === variant))
    return false
  if (states.length > 0 && !(view && states.includes(view.schedule.state))) return false
  if (reasons.length > 0) return stale !== undefined && reasons.includes(stale.reason)
  return !onlyStale || stale !== undefined
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

function idOf(environment: string, { connection, sync }: ExpectedSchedule, variant: string): string {
  return scheduleId(environment, connection.uid, sync.name, variant)
}
