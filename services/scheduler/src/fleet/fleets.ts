import { repeat } from '@syncline/async'
import type { Catalog, CatalogChange } from '@syncline/catalog'
import type { Views } from '../store/views.ts'
import { Fleet } from './fleet.ts'
import type { FleetRow } from './fleet-row.ts'

/** In memory, of all environments: 0.7 KB of heap each, and up to twice as much while it grows. */
const ROWS_MAX = 200_000
/** An environment that nobody has asked about for so long is forgotten. */
const KEPT_MS = 10 * 60_000

interface Kept {
  fleet: Fleet
  usedAt: number
}

/** The schedules of environments, for those who list and count them. */
export class Fleets implements AsyncDisposable {
  readonly #views: Views
  readonly #catalog: Catalog
  /** The one that was used last is the last one. */
  readonly #kept = new Map<string, Kept>()
  readonly #forgetting: AsyncDisposable

  constructor(views: Views, catalog: Catalog) {
    this.#views = views
    this.#catalog = catalog
    catalog.onChange((change) => {
      const environment = environmentOf(change)
      if (environment !== undefined) this.#kept.get(environment)?.fleet.rearrange()
    })
    this.#forgetting = repeat(KEPT_MS / 10, async () => this.#forgetIdle(), { onFailure: () => {} })
  }

  /** In the order of integration, connection, sync and variant. Fails with `too_large`. */
  async rows(environment: string): Promise<FleetRow[]> {
    const limits = { max: ROWS_MAX, keptMs: KEPT_MS }
    const fleet =
      this.#kept.get(environment)?.fleet ?? new Fleet(this.#views, this.#catalog, environment, limits)
    this.#kept.delete(environment)
    this.#kept.set(environment, { fleet, usedAt: performance.now() })
    const rows = await fleet.rows()
    this.#bound(environment)
    return rows
  }

  /** Those that nobody has used for the longest time make room. */
  #bound(environment: string): void {
    let count = 0
    for (const { fleet } of this.#kept.values()) count += fleet.size
    for (const [name, { fleet }] of this.#kept) {
      if (count <= ROWS_MAX) return
      if (name === environment) continue
      this.#kept.delete(name)
      count -= fleet.size
    }
  }

  #forgetIdle(): void {
    const since = performance.now() - KEPT_MS
    for (const [name, { usedAt }] of this.#kept) if (usedAt < since) this.#kept.delete(name)
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#forgetting[Symbol.asyncDispose]()
  }
}

function environmentOf(change: CatalogChange): string | undefined {
  switch (change.kind) {
    case 'connection':
    case 'sync':
    case 'integration':
      return change.value.environment
    default:
      return undefined
  }
}
