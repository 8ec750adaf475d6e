import type { CatalogChange } from '@syncline/catalog'
import { type ConnectionRef, type ReconcileDeps, reconcile } from './reconcile.ts'

const BATCH = 50

/**
 * The connections whose schedules may differ from the catalog, each once. They come from the catalog's changes, and
 * all of them now and then: a change that happened while no scheduler ran is found that way.
 */
export class Reconciler {
  readonly #deps: ReconcileDeps
  readonly #waiting = new Map<string, ConnectionRef>()

  constructor(deps: ReconcileDeps) {
    this.#deps = deps
  }

  heard({ kind, value }: CatalogChange): void {
    if (kind === 'connection') {
      const { environment, integration, id: connection, uid } = value
      this.#add({ environment, integration, connection, uid })
    } else if (kind === 'integration' || kind === 'sync') {
      this.#addAll(value.environment, kind === 'sync' ? value.integration : value.key)
    }
  }

  /** Each connection of the catalog, and each that has schedules. */
  async addAll(): Promise<void> {
    const { catalog, store } = this.#deps
    for (const { name } of catalog.environments.list()) this.#addAll(name)
    for (const environment of await store.environments()) {
      for (const uid of await store.connections(environment)) {
        if (this.#waiting.has(keyOf({ environment, uid }))) continue
        const [schedule] = await store.schedulesOf(environment, uid)
        if (schedule) this.#add({ ...schedule, environment })
      }
    }
  }

  /** Does some of what waits; returns how many connections that were. */
  async round(): Promise<number> {
    const batch = [...this.#waiting.values()].slice(0, BATCH)
    for (const ref of batch) this.#waiting.delete(keyOf(ref))
    const results = await Promise.allSettled(batch.map((ref) => reconcile(this.#deps, ref)))
    const failures = results.flatMap((result, i) => {
      const ref = batch[i]
      if (result.status === 'fulfilled' || ref === undefined) return []
      this.#add(ref)
      return [result.reason]
    })
    if (failures.length > 0) throw failures[0]
    return batch.length
  }

  #addAll(environment: string, ...integration: string[]): void {
    for (const connection of this.#deps.catalog.connections.list(environment, ...integration)) {
      const { integration, id, uid } = connection
      this.#add({ environment, integration, connection: id, uid })
    }
  }

  #add({ environment, integration, connection, uid }: ConnectionRef): void {
    this.#waiting.set(keyOf({ environment, uid }), { environment, integration, connection, uid })
  }
}

function keyOf({ environment, uid }: { environment: string; uid: string }): string {
  return `${environment}/${uid}`
}
