import type { Catalog } from './catalog.ts'
import type { Connection, Sync } from './entities.ts'
import type { SchedulePosition } from './schedule-position.ts'

const CONNECTIONS = 200

/** A connection and a sync of its integration: they have a base schedule, or get one. */
export interface ExpectedSchedule {
  connection: Connection
  sync: Sync
}

export interface ExpectedFilter {
  integration?: string
  /** Given, the integration is too. */
  connection?: string
  /** Names of syncs; empty = all. */
  syncs?: string[]
}

/**
 * The schedules that an environment should have beside variants, from the copy in memory, in the order of integration,
 * connection and sync; `from` one on, or from the first one behind it if that is gone. Costs what is taken of it.
 */
export function* expectedSchedules(
  catalog: Pick<Catalog, 'integrations' | 'connections' | 'syncs'>,
  environment: string,
  filter: ExpectedFilter,
  from?: Pick<SchedulePosition, 'integration' | 'connection' | 'sync'>,
): Generator<ExpectedSchedule, void> {
  for (const integration of integrationsOf(catalog, environment, filter)) {
    if (from !== undefined && integration < from.integration) continue
    const start = from?.integration === integration ? from : undefined
    const syncs = catalog.syncs
      .list(environment, integration)
      .filter(({ name }) => !filter.syncs?.length || filter.syncs.includes(name))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
    if (syncs.length === 0) continue
    for (const connection of connectionsOf(catalog, [environment, integration], filter, start?.connection)) {
      const first = connection.id === start?.connection ? start.sync : ''
      for (const sync of syncs) if (sync.name >= first) yield { connection, sync }
    }
  }
}

function integrationsOf(
  { integrations }: Pick<Catalog, 'integrations'>,
  environment: string,
  { integration }: ExpectedFilter,
): string[] {
  if (integration !== undefined) return [integration]
  return integrations
    .list(environment)
    .map(({ key }) => key)
    .sort()
}

/** From `from` on. */
function* connectionsOf(
  { connections }: Pick<Catalog, 'connections'>,
  place: [environment: string, integration: string],
  { connection }: ExpectedFilter,
  from: string | undefined,
): Generator<Connection, void> {
  const first = connection ?? from
  const found = first === undefined ? undefined : connections.peek(...place, first)
  if (found) yield found
  if (connection !== undefined) return
  for (let last = from; ; ) {
    const after = last === undefined ? {} : { after: [...place, last] }
    const page = connections.page(place, { ...after, limit: CONNECTIONS })
    yield* page
    if (page.length < CONNECTIONS) return
    last = page.at(-1)?.id
  }
}
