import { repeat } from '@syncline/async'
import type { CatalogChange, Connection } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import pLimit from 'p-limit'
import type { Limit } from '../store/schedule-store.ts'
import { followLimits } from './follow-limits.ts'
import { deployedSyncs, reconcile } from './reconcile.ts'
import { type Name, reconcileIntegrations } from './reconcile-integrations.ts'
import { type RemovalDeps, removeConnections } from './remove-schedules.ts'

/** Connections of one integration that are worked on together. */
const BATCH = 200
const SEEN_MAX = 10 * BATCH
/** Environments whose integrations are worked on at the same time. */
const CONCURRENCY = 4
const IDLE_MS = 60_000
const RETRY_MS = 1000

/**
 * Keeps the schedules as the catalog is. A connection that changes is seen to at once, by every instance: that is a few calls. An
 * integration that changes, or a sync of it, concerns all its connections: the instances do that one after the other, and those that
 * come later find little to do. Everything is compared at the start and then every `everyMs` by one of the instances, so that
 * a change which happened while no scheduler ran is found too.
 */
export function followCatalog(deps: RemovalDeps, everyMs: number): AsyncDisposable {
  const { catalog, events } = deps
  const connections = new ChangedConnections(deps)
  const integrations = new ChangedIntegrations(deps)
  const limits = new ChangedLimits(deps)
  const retry = { onFailure: events.reconcileFailed, retryMs: RETRY_MS }
  const open = new AsyncDisposableStack()
  const one = open.use(repeat(IDLE_MS, (signal) => connections.reconcileSome(signal), retry))
  const many = open.use(repeat(IDLE_MS, (signal) => integrations.reconcileAll(signal), retry))
  const few = open.use(repeat(IDLE_MS, () => limits.follow(), retry))
  let hasStarted = false
  const everything = async (signal: AbortSignal) => {
    if (hasStarted && !(await deps.schedules.claimReconciling(everyMs / 2))) return
    await reconcileEverything(deps, signal)
    hasStarted = true
  }
  open.use(repeat(everyMs, everything, retry))

  catalog.onChange((change) => {
    if (change.kind === 'connection') {
      connections.add(change)
      one.wake()
    } else if (change.kind === 'sync' || change.kind === 'integration') {
      const integration = change.kind === 'sync' ? change.value.integration : change.value.key
      integrations.add({ environment: change.value.environment, integration })
      many.wake()
    } else if (change.kind === 'environment' && !change.deleted) {
      const { name: environment, maxRuns, weight } = change.value
      limits.add({ environment, integration: '', maxRuns, weight })
      few.wake()
    }
  })
  return open
}

/** One instance at a time. */
async function reconcileEverything(deps: RemovalDeps, signal: AbortSignal): Promise<void> {
  await using _held = await deps.schedules.waitForMutex('reconcile', signal)
  const startedAt = performance.now()
  await reconcileIntegrations({ ...deps, signal })
  deps.events.reconciled(performance.now() - startedAt)
}

type ConnectionChange = Extract<CatalogChange, { kind: 'connection' }>

/** Connections whose schedules may differ from the catalog, each once. */
class ChangedConnections {
  readonly #deps: RemovalDeps
  /** By uid: a connection that is made again under its name is another one. */
  readonly #waiting = new Map<string, Connection>()

  constructor(deps: RemovalDeps) {
    this.#deps = deps
  }

  add({ value }: ConnectionChange): void {
    this.#waiting.set(value.uid, value)
  }

  /** Returns whether there were some. Those that fail wait again, behind the others. */
  async reconcileSome(signal: AbortSignal): Promise<boolean> {
    const batch = this.#takeSome()
    const [first] = batch
    if (first === undefined) return false
    try {
      await this.#reconcile({ ...this.#deps, signal }, batch)
    } catch (error) {
      for (const connection of batch) this.#waiting.set(connection.uid, connection)
      throw error
    }
    return true
  }

  /** Of one integration. */
  #takeSome(): Connection[] {
    const batch: Connection[] = []
    let seen = 0
    for (const connection of this.#waiting.values()) {
      if (++seen > SEEN_MAX) break
      const { environment, integration } = batch[0] ?? connection
      if (connection.environment !== environment || connection.integration !== integration) continue
      if (batch.push(connection) === BATCH) break
    }
    for (const { uid } of batch) this.#waiting.delete(uid)
    return batch
  }

  async #reconcile(deps: RemovalDeps, changed: Connection[]): Promise<void> {
    const { catalog } = deps
    const { environment, integration } = changed[0] as Connection
    const deployed = await deployedSyncs(deps, environment, integration)
    const isThere = catalog.integrations.peek(environment, integration) !== undefined
    const present: Connection[] = []
    const gone: Connection[] = []
    for (const connection of changed) {
      const now = isThere ? catalog.connections.peek(environment, integration, connection.id) : undefined
      if (now?.uid === connection.uid) present.push(now)
      else gone.push(connection)
    }
    if (gone.length > 0) await removeConnections(deps, gone)
    const { problem } = await reconcile(deps, [{ connections: present, deployed }])
    if (problem !== undefined) throw new AppError('unavailable', problem)
  }
}

/** Limits of environments that may differ from the catalog, the newest of each. */
class ChangedLimits {
  readonly #deps: RemovalDeps
  readonly #waiting = new Map<string, Limit>()

  constructor(deps: RemovalDeps) {
    this.#deps = deps
  }

  add(limit: Limit): void {
    this.#waiting.set(limit.environment, limit)
  }

  /** Those that fail wait again. */
  async follow(): Promise<void> {
    for (const limit of [...this.#waiting.values()]) {
      await followLimits(this.#deps, [limit])
      if (this.#waiting.get(limit.environment) === limit) this.#waiting.delete(limit.environment)
    }
  }
}

/** Integrations of which all schedules may differ from the catalog, each once. */
class ChangedIntegrations {
  readonly #deps: RemovalDeps
  readonly #waiting = new Map<string, Name>()

  constructor(deps: RemovalDeps) {
    this.#deps = deps
  }

  add(name: Name): void {
    this.#waiting.set(`${name.environment}/${name.integration}`, name)
  }

  async reconcileAll(signal: AbortSignal): Promise<boolean> {
    const all = [...this.#waiting.values()]
    this.#waiting.clear()
    const limit = pLimit(CONCURRENCY)
    const byEnvironment = Map.groupBy(all, ({ environment }) => environment)
    const done = Array.from(byEnvironment, ([environment, names]) =>
      limit(() => this.#reconcile(environment, names, signal)),
    )
    for (const result of await Promise.allSettled(done)) if (result.status === 'rejected') throw result.reason
    return all.length > 0
  }

  /** Those that fail wait again. */
  async #reconcile(environment: string, names: Name[], signal: AbortSignal): Promise<void> {
    const left = new Set(names)
    try {
      await using _held = await this.#deps.schedules.waitForMutex(`reconcile:${environment}`, signal)
      for (const name of names) {
        await reconcileIntegrations({ ...this.#deps, signal }, name)
        left.delete(name)
      }
    } finally {
      for (const name of left) this.add(name)
    }
  }
}
