import type { Connection, ExpectedSchedule, Sync } from '@syncline/catalog'
import { type Freshness, freshness } from '../schedules/freshness.ts'
import { BASE, scheduleId } from '../schedules/schedule.ts'
import type { View } from '../store/facts.ts'
import type { Views } from '../store/views.ts'

/** A schedule that is in Redis, or that the catalog says should be. */
export interface Listed extends Place {
  view: View | undefined
  freshness: Freshness
}

export interface Place {
  connection: Connection
  sync: Sync
  variant: string
  id: string
}

/** The schedules of some connections and syncs, in their order: base ones that are in Redis or should be, and variants. */
export async function readExpected(
  views: Views,
  environment: string,
  expected: ExpectedSchedule[],
): Promise<Listed[]> {
  const base = expected.map((it) => placeOf(environment, it, BASE))
  const uids = [...new Set(expected.map(({ connection }) => connection.uid))]
  const [known, variants] = await Promise.all([
    views.schedules(base.map(({ id }) => id)),
    views.variants(environment, uids),
  ])
  const others = base.map(({ connection, sync }) =>
    [...(variants.get(connection.uid)?.[sync.name] ?? [])]
      .sort()
      .map((variant) => placeOf(environment, { connection, sync }, variant)),
  )
  const knownToo = await views.schedules(others.flat().map(({ id }) => id))
  const all = base.flatMap((it, index) => [it, ...(others[index] ?? [])])
  const now = views.now()
  return all.flatMap((place) => listed(place, known.get(place.id) ?? knownToo.get(place.id), now))
}

/** Some schedules again, in the same order, without those that are gone. */
export async function readPlaces(views: Views, places: Place[]): Promise<Listed[]> {
  const known = await views.schedules(places.map(({ id }) => id))
  const now = views.now()
  return places.flatMap(({ connection, sync, variant, id }) =>
    listed({ connection, sync, variant, id }, known.get(id), now),
  )
}

export function placeOf(environment: string, { connection, sync }: ExpectedSchedule, variant: string): Place {
  return { connection, sync, variant, id: scheduleId(environment, connection.uid, sync.name, variant) }
}

function listed(place: Place, view: View | undefined, now: number): Listed[] {
  const { connection, sync, variant } = place
  const expectedSince = Math.max(Date.parse(connection.createdAt), Date.parse(sync.deployedAt))
  const fresh = freshness({ ...(view?.facts ?? UNKNOWN), now, expectedSince })
  // A variant that is not there is being removed; a base schedule may be a moment away.
  if (view === undefined && (variant !== BASE || fresh.stale === undefined)) return []
  return [{ ...place, view, freshness: fresh }]
}

const NO_LIMIT = { name: '', running: 0, max: 0, oldestAt: 0 }
const UNKNOWN = {
  ...{ schedule: undefined, run: undefined, ended: undefined, downtime: undefined },
  ...{ environment: NO_LIMIT, integration: NO_LIMIT, sync: NO_LIMIT },
  runners: { alive: 0, slots: 0, busy: 0 },
}
