import { type Catalog, expectedSchedules } from '@syncline/catalog'
import type { FleetRow, KnownFacts } from './fleet-page.ts'
import { inChunks } from './in-chunks.ts'
import { type Listed, readExpected } from './read-listed.ts'
import type { View } from './store/facts.ts'
import type { Views } from './store/views.ts'

const BATCH = 500

/** All schedules of environments. */
export class Fleets {
  readonly #views: Views
  readonly #catalog: Catalog

  constructor(views: Views, catalog: Catalog) {
    this.#views = views
    this.#catalog = catalog
  }

  /** In the order of integration, connection, sync and variant. */
  async rows(environment: string): Promise<FleetRow[]> {
    const rows: FleetRow[] = []
    for (const some of inChunks(expectedSchedules(this.#catalog, environment, {}), BATCH))
      rows.push(...(await readExpected(this.#views, environment, some)).map(rowOf))
    return rows
  }
}

function rowOf({ connection, sync, variant, id, view, freshness: { stale, freshUntil } }: Listed): FleetRow {
  return {
    ...{ connection, sync, variant, id },
    known: view && knownFacts(view),
    stale: stale && { reason: stale.reason, since: freshUntil || stale.since },
  }
}

function knownFacts({ schedule, run, ended }: View): KnownFacts {
  const { state, freshAt, nextAt, failures } = schedule
  const blocked = schedule.blocked !== ''
  return {
    ...{ state, blocked, failures, lastSuccess: freshAt },
    run: run?.state === 'RUNNING' ? 'RUNNING' : run && 'QUEUED',
    lastRun: (run ?? ended)?.requestedAt ?? 0,
    nextRun: state === 'STARTED' && !blocked ? nextAt : 0,
  }
}
