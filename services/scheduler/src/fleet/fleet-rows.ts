import { setImmediate } from 'node:timers/promises'
import { type Catalog, type ExpectedSchedule, expectedSchedules } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import { inChunks } from '../in-chunks.ts'
import { BASE, scheduleId } from '../schedules/schedule.ts'
import type { Variants } from '../store/read-variants.ts'
import type { Views } from '../store/views.ts'
import { type FleetRow, rowOf } from './fleet-row.ts'

/** Connections and syncs that are worked on before others get their turn. */
const BATCH = 500

/** Which schedules an environment has: base ones by the catalog, and the variants that Redis knows of. */
export class FleetRows {
  readonly #views: Views
  readonly #catalog: Catalog
  readonly #environment: string
  readonly #max: number
  #byId = new Map<string, FleetRow>()
  #inOrder: FleetRow[] = []
  /** By uid of the connection. */
  #variants = new Map<string, Variants>()

  constructor(views: Views, catalog: Catalog, environment: string, max: number) {
    this.#views = views
    this.#catalog = catalog
    this.#environment = environment
    this.#max = max
  }

  /** By integration, connection, sync and variant. */
  get inOrder(): FleetRow[] {
    return this.#inOrder
  }

  get(id: string): FleetRow | undefined {
    return this.#byId.get(id)
  }

  /** The next `arrange` makes all of them again. Until then they are in order as before. */
  forget(): void {
    this.#byId = new Map()
    this.#variants = new Map()
  }

  async readVariants(uids: string[]): Promise<void> {
    for (const uid of uids) this.#variants.delete(uid)
    for (const some of inChunks(uids, BATCH)) {
      const found = await this.#views.variants(this.#environment, some)
      for (const [uid, variants] of found) this.#variants.set(uid, variants)
    }
  }

  /** Makes them what the catalog says now; returns the new ones. Fails with `too_large`. */
  async arrange(): Promise<FleetRow[]> {
    const uids = new Set<string>()
    const byPlace = new Map<string, FleetRow>()
    for (const row of this.#byId.values()) {
      uids.add(row.connection.uid)
      byPlace.set(placeOf(row, row.variant), row)
    }
    const rows = new Map<string, FleetRow>()
    const added: FleetRow[] = []
    for (const some of inChunks(expectedSchedules(this.#catalog, this.#environment, {}), BATCH)) {
      const unknown = new Set(some.map(({ connection }) => connection.uid).filter((uid) => !uids.has(uid)))
      for (const uid of unknown) uids.add(uid)
      if (unknown.size > 0) await this.readVariants([...unknown])
      for (const [expected, variant] of some.flatMap((it) => this.#variantsOf(it))) {
        const present = byPlace.get(placeOf(expected, variant))
        const row = present ?? rowOf(expected, variant, this.#idOf(expected, variant))
        // The catalog may have other facts of them.
        Object.assign(row, expected)
        rows.set(row.id, row)
        if (present === undefined) added.push(row)
      }
      if (rows.size > this.#max) throw this.#tooMany()
      await setImmediate()
    }
    this.#byId = rows
    this.#inOrder = [...rows.values()]
    return added
  }

  #variantsOf(expected: ExpectedSchedule): [ExpectedSchedule, string][] {
    const { connection, sync } = expected
    const others = [...(this.#variants.get(connection.uid)?.[sync.name] ?? [])].sort()
    return [BASE, ...others].map((variant) => [expected, variant])
  }

  #idOf({ connection, sync }: ExpectedSchedule, variant: string): string {
    return scheduleId(this.#environment, connection.uid, sync.name, variant)
  }

  #tooMany(): AppError {
    return new AppError(
      'too_large',
      `environment '${this.#environment}' has more than ${this.#max} schedules, more than can be searched, sorted and counted: page through those of an integration with GET /sync/status?provider_config_key=<key>&syncs=*&limit=500, or move some of its connections to another environment`,
    )
  }
}

function placeOf({ connection, sync }: ExpectedSchedule, variant: string): string {
  return `${connection.uid}/${sync.name}/${variant}`
}
