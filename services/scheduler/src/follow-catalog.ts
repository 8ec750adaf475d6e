import { repeat } from '@syncline/async'
import type { CatalogChange } from '@syncline/catalog'
import { type ConnectionRef, type ReconcileDeps, reconcile } from './reconcile.ts'

const BATCH = 50
const IDLE_MS = 60_000
const RETRY_MS = 1000

type Deps = ReconcileDeps & { wake: (environment: string) => void }

/**
 * Keeps the schedules as the catalog is: reconciles what each change is about, and everything at the start and then
 * every `everyMs`, so that a change which happened while no scheduler ran is found too.
 */
export function followCatalog(deps: Deps, everyMs: number): AsyncDisposable {
  const changed = new ChangedConnections(deps)
  const retry = { onFailure: deps.events.reconcileFailed, retryMs: RETRY_MS }
  const open = new AsyncDisposableStack()
  const working = open.use(repeat(IDLE_MS, () => changed.reconcileSome(), retry))
  const addEverything = async () => {
    await changed.addEverything()
    working.wake()
  }
  open.use(repeat(everyMs, addEverything, retry))
  deps.catalog.onChange((change) => {
    changed.add(change)
    working.wake()
  })
  return open
}

/** Connections whose schedules may differ from the catalog, each once. */
class ChangedConnections {
  readonly #deps: Deps
  readonly #waiting = new Map<string, ConnectionRef>()

  constructor(deps: Deps) {
    this.#deps = deps
  }

  add({ kind, value }: CatalogChange): void {
    if (kind === 'connection') {
      const { environment, integration, id: connection, uid } = value
      this.#addOne({ environment, integration, connection, uid })
    } else if (kind === 'sync') {
      this.#addAll(value.environment, value.integration)
    } else if (kind === 'integration') {
      this.#addAll(value.environment, value.key)
    }
  }

  /**
   * Each connection of the catalog, and each that has schedules. Environments are never deleted: if the catalog lacks
   * one, the catalog was lost, and schedules and records must not be removed for that.
   */
  async addEverything(): Promise<void> {
    const { catalog, store, events } = this.#deps
    for (const { name } of catalog.environments.list()) this.#addAll(name)
    for (const environment of await store.environments()) {
      if (!(await catalog.environments.find(environment))) {
        events.environmentUnknown(environment)
        continue
      }
      for (const uid of await store.connections(environment)) {
        if (this.#waiting.has(keyOf({ environment, uid }))) continue
        const [schedule] = await store.schedulesOf(environment, uid)
        if (schedule) this.#addOne({ ...schedule, environment })
      }
    }
  }

  /** Returns whether there was one. Those that fail wait again, behind the others; the first failure is thrown. */
  async reconcileSome(): Promise<boolean> {
    const batch = [...this.#waiting.values()].slice(0, BATCH)
    for (const ref of batch) this.#waiting.delete(keyOf(ref))
    const done = batch.map(async (ref) => {
      try {
        await reconcile(this.#deps, ref)
      } catch (error) {
        this.#addOne(ref)
        throw error
      }
      this.#deps.wake(ref.environment)
    })
    for (const result of await Promise.allSettled(done)) if (result.status === 'rejected') throw result.reason
    return batch.length > 0
  }

  #addAll(...prefix: string[]): void {
    for (const { environment, integration, id, uid } of this.#deps.catalog.connections.list(...prefix)) {
      this.#addOne({ environment, integration, connection: id, uid })
    }
  }

  #addOne({ environment, integration, connection, uid }: ConnectionRef): void {
    this.#waiting.set(keyOf({ environment, uid }), { environment, integration, connection, uid })
  }
}

function keyOf({ environment, uid }: { environment: string; uid: string }): string {
  return `${environment}/${uid}`
}
