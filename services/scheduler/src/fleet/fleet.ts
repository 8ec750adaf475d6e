import { setImmediate } from 'node:timers/promises'
import type { Catalog } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import { inChunks } from '../in-chunks.ts'
import { BASE } from '../schedules/schedule.ts'
import { around, type Shared } from '../store/facts.ts'
import type { Changes, Views } from '../store/views.ts'
import { type FleetRow, isListed, knownFacts, staleOf } from './fleet-row.ts'
import { FleetRows } from './fleet-rows.ts'

/** Of one script: meanwhile Redis does nothing else, for some milliseconds. */
const BATCH = 250
/** Scripts that are under way at a time when all is read. */
const AT_ONCE = 4
/** Rows that are worked on before others get their turn. */
const TURN = 2000
/** So long what follows from the time, and from what all have in common, may be behind. */
const EVALUATED_MS = 1000
/** So long an environment that is too large is not counted again. */
const REFUSED_MS = 30_000
const NOTHING: Shared = {
  ...{ definitions: new Map(), limits: new Map(), downtime: undefined },
  runners: { alive: 0, slots: 0, busy: 0 },
}

export interface FleetLimits {
  /** Schedules. */
  max: number
  /** How long Redis keeps changes when nobody asks. */
  keptMs: number
}

/**
 * The schedules of one environment, in memory. Each call reads what has changed since the one before, so it sees all that was done
 * before it. The catalog says which there are; what Redis knows of them is read once, and again when the scripts say that it has
 * changed. If changes are missing, all is read again.
 */
export class Fleet {
  readonly #views: Views
  readonly #environment: string
  readonly #keptMs: number
  readonly #rows: FleetRows
  #shared = NOTHING
  #last = ''
  #jumps = 0
  #isArranged = false
  #evaluatedAt = 0
  #refusal: { error: AppError; until: number } | undefined
  #running: Promise<void> = Promise.resolve()
  #next: Promise<void> | undefined

  constructor(views: Views, catalog: Catalog, environment: string, { max, keptMs }: FleetLimits) {
    this.#views = views
    this.#environment = environment
    this.#keptMs = keptMs
    this.#rows = new FleetRows(views, catalog, environment, max)
  }

  get size(): number {
    return this.#rows.inOrder.length
  }

  /** The catalog has changed: there are other schedules, or others things are told of them. */
  rearrange(): void {
    this.#isArranged = false
  }

  /** In the order of integration, connection, sync and variant, as they are after this call. */
  async rows(): Promise<FleetRow[]> {
    // One that is under way may have read before what the caller has seen. Those that wait share the next one.
    this.#next ??= this.#running.then(() => {
      this.#next = undefined
      const refreshing = this.#refresh()
      this.#running = refreshing.catch(() => {})
      return refreshing
    })
    await this.#next
    return this.#rows.inOrder.filter(isListed)
  }

  async #refresh(): Promise<void> {
    if (this.#refusal && performance.now() < this.#refusal.until) throw this.#refusal.error
    try {
      const isDue = this.#views.now() - this.#evaluatedAt >= EVALUATED_MS
      const changed = await this.#readChanges(isDue)
      const added = await this.#arrange()
      for (const some of inChunks(inChunks(added, BATCH), AT_ONCE))
        await Promise.all(some.map((batch) => this.#read(batch)))
      await this.#evaluate(changed, isDue || added.length > 0)
    } catch (error) {
      // What was read of it is not known: all of it again.
      this.#last = ''
      if (error instanceof AppError && error.code === 'too_large')
        this.#refusal = { error, until: performance.now() + REFUSED_MS }
      throw error
    }
  }

  /** Returns the rows that have changed. */
  async #readChanges(withShared: boolean): Promise<FleetRow[]> {
    const changed = new Set<FleetRow>()
    const uids = new Set<string>()
    const definitions = withShared ? [...this.#shared.definitions.keys()] : []
    for (let more = true; more; ) {
      const changes = await this.#views.changes(this.#environment, {
        ...{ after: this.#last, limit: BATCH, definitions, keptMs: this.#keptMs },
      })
      const isLost = changes.behind || changes.jumps !== this.#jumps || this.#redefines(changes.shared)
      this.#last = changes.last
      this.#jumps = changes.jumps
      more = changes.more
      if (isLost) {
        this.#forget()
      } else {
        this.#take(changes, changed, uids)
      }
    }
    if (uids.size > 0) {
      this.#isArranged = false
      await this.#rows.readVariants([...uids])
    }
    return [...changed]
  }

  #take({ ids, views, shared }: Changes, changed: Set<FleetRow>, uids: Set<string>): void {
    this.#share(shared)
    for (const id of ids) {
      const view = views.get(id)
      const row = this.#rows.get(id)
      // A variant has come, or gone.
      if (row === undefined && view && view.schedule.variant !== BASE) uids.add(view.schedule.uid)
      if (row && view === undefined && row.variant !== BASE) uids.add(row.connection.uid)
      if (row === undefined) continue
      row.known = view && knownFacts(view)
      changed.add(row)
    }
  }

  #forget(): void {
    this.#rows.forget()
    this.#shared = NOTHING
    this.#isArranged = false
  }

  /** A definition has changed that schedules take their frequency from. */
  #redefines({ definitions }: Shared): boolean {
    return definitions.values().some((now) => {
      const before = this.#shared.definitions.get(now.id)
      if (before === undefined) return false
      return (['frequency', 'intervalMs', 'longestMs', 'freshMs'] as const).some(
        (it) => before[it] !== now[it],
      )
    })
  }

  #share({ definitions, limits, ...rest }: Shared): void {
    this.#shared = {
      ...rest,
      definitions: new Map([...this.#shared.definitions, ...definitions]),
      limits: new Map([...this.#shared.limits, ...limits]),
    }
  }

  async #arrange(): Promise<FleetRow[]> {
    if (this.#isArranged) return []
    // From here on the catalog may change again.
    this.#isArranged = true
    return this.#rows.arrange()
  }

  async #read(rows: FleetRow[]): Promise<void> {
    const { views, shared } = await this.#views.schedulesWithShared(rows.map(({ id }) => id))
    this.#share(shared)
    for (const row of rows) {
      const view = views.get(row.id)
      row.known = view && knownFacts(view)
    }
  }

  /** Says of the rows that have changed, or of all, why they are stale now. */
  async #evaluate(changed: FleetRow[], isAll: boolean): Promise<void> {
    const rows = isAll ? this.#rows.inOrder : changed
    const now = this.#views.now()
    const known = new Map(
      Array.from(this.#shared.definitions, ([id, definition]) => [id, around(definition, this.#shared)]),
    )
    for (const some of inChunks(rows, TURN)) {
      for (const row of some)
        row.stale = staleOf(row, known.get(row.known?.facts.definition ?? '') ?? NO_LIMITS, now)
      if (rows.length > TURN) await setImmediate()
    }
    if (isAll) this.#evaluatedAt = now
  }
}

const NO_LIMIT = { name: '', running: 0, max: 0, oldestAt: 0 }
const NO_LIMITS = {
  ...{ environment: NO_LIMIT, integration: NO_LIMIT, sync: NO_LIMIT },
  ...{ runners: NOTHING.runners, downtime: undefined },
}
