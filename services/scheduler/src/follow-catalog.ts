import type { CatalogChange } from '@syncline/catalog'
import { startLoop } from './loop.ts'
import { type ConnectionRef, type ReconcileDeps, reconcile } from './reconcile.ts'

const BATCH = 50
const IDLE_MS = 60_000

/**
 * Keeps the schedules as the catalog is: reconciles what each change is about, and everything at the start and then
 * every `everyMs`, so that a change which happened while no scheduler ran is found too. `wake` when there may be runs.
 */
export function followCatalog(
  deps: ReconcileDeps,
  { everyMs, wake }: { everyMs: number; wake: () => void },
): AsyncDisposable {
  const changed = new Changed(deps)
  const onError = deps.events.reconcileFailed
  const working = startLoop(
    IDLE_MS,
    async () => {
      const done = await changed.reconcileSome()
      if (done > 0) wake()
      return done
    },
    onError,
  )
  const sweeping = startLoop(
    everyMs,
    async () => {
      await changed.addEverything()
      working.wake()
      return 0
    },
    onError,
  )
  deps.catalog.onChange((change) => {
    changed.heard(change)
    working.wake()
  })
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all([working[Symbol.asyncDispose](), sweeping[Symbol.asyncDispose]()])
    },
  }
}

/** Connections whose schedules may differ from the catalog, each once. */
class Changed {
  readonly #deps: ReconcileDeps
  readonly #waiting = new Map<string, ConnectionRef>()

  constructor(deps: ReconcileDeps) {
    this.#deps = deps
  }

  heard({ kind, value }: CatalogChange): void {
    if (kind === 'connection') {
      const { environment, integration, id: connection, uid } = value
      this.#add({ environment, integration, connection, uid })
    } else if (kind === 'sync') {
      this.#addAll(value.environment, value.integration)
    } else if (kind === 'integration') {
      this.#addAll(value.environment, value.key)
    }
  }

  /**
   * Each connection of the catalog, and each that has schedules. Nobody deletes environments: one that the catalog does
   * not know means that the catalog was lost, and that must not take schedules and records with it.
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
        if (schedule) this.#add({ ...schedule, environment })
      }
    }
  }

  /** What fails waits again, behind the others; the first failure is thrown. */
  async reconcileSome(): Promise<number> {
    const batch = [...this.#waiting.values()].slice(0, BATCH)
    for (const ref of batch) this.#waiting.delete(keyOf(ref))
    const done = batch.map((ref) =>
      reconcile(this.#deps, ref).catch((error: unknown) => {
        this.#add(ref)
        throw error
      }),
    )
    for (const result of await Promise.allSettled(done)) if (result.status === 'rejected') throw result.reason
    return batch.length
  }

  #addAll(...prefix: string[]): void {
    for (const { environment, integration, id, uid } of this.#deps.catalog.connections.list(...prefix)) {
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
