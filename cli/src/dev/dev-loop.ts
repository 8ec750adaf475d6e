import type { Syncline } from '@syncline/sdk'
import { explain } from '../explain.ts'
import { chooseConnection } from './choose-connection.ts'
import { deployChanged } from './deploy-changed.ts'
import type { DevEvent, SyncOnConnection } from './dev-event.ts'
import { runSync } from './run-sync.ts'

/** A run that is cancelled for a newer one may take so long. */
const CANCEL_MS = 10_000

export interface DevLoopOptions {
  client: Syncline
  folder: string
  /** Id of the connection to run on. */
  on: string | undefined
  emit: (event: DevEvent) => void
  /** Stops everything. */
  signal: AbortSignal
}

type Sync = Omit<SyncOnConnection, 'connection'>

/**
 * Deploys what has changed and runs it, one thing after the other. What is asked for while something runs takes its place: a run of older
 * code is cancelled. What was deployed and has not run to its end is run by the next turn.
 */
export class DevLoop {
  readonly #options: DevLoopOptions
  #current = new AbortController()
  #turns = Promise.resolve()
  /** Deployed, and not run since. */
  readonly #pending = new Map<string, Sync>()
  #last: Sync[] = []
  #all: Sync[] = []
  #deployedAt = 0

  constructor(options: DevLoopOptions) {
    this.#options = options
  }

  /** Settles when nothing is under way. */
  get settled(): Promise<void> {
    return this.#turns
  }

  /** @param files Those that were saved; none at the start. */
  changed(files: string[]): void {
    this.#begin(async (signal) => {
      if (files.length > 0) this.#options.emit({ event: 'saved', files })
      await this.#deploy()
      await this.#run([...this.#pending.values()], { reset: false, signal })
    })
  }

  /** What ran last, or else all syncs of the folder. */
  again({ reset }: { reset: boolean }): void {
    this.#begin((signal) => this.#run(this.#last.length > 0 ? this.#last : this.#all, { reset, signal }))
  }

  /** Does something with what would run again, in a turn of its own. */
  with(work: (where: SyncOnConnection, signal: AbortSignal) => Promise<void>): void {
    this.#begin(async (signal) => {
      for (const sync of this.#last.length > 0 ? this.#last : this.#all) {
        const where = await this.#place(sync, signal)
        if (where) await work(where, signal)
      }
    })
  }

  #begin(turn: (signal: AbortSignal) => Promise<void>): void {
    const { emit, signal: stop } = this.#options
    this.#current.abort()
    this.#current = new AbortController()
    const signal = AbortSignal.any([stop, this.#current.signal])
    this.#turns = this.#turns
      .then(async () => {
        if (!signal.aborted) await turn(signal)
      })
      .catch((error: unknown) => {
        if (!signal.aborted) emit({ event: 'error', message: explain(error) })
      })
  }

  /** Not stopped by a newer turn: it would not know what this one has deployed. */
  async #deploy(): Promise<void> {
    const { client, folder, emit, signal } = this.#options
    const started = Date.now()
    const { functions, syncs, refused } = await deployChanged(client, folder, signal)
    this.#all = syncs
    if (functions.length > 0) {
      this.#deployedAt = started
      emit({ event: 'deployed', functions })
    } else if (refused.length === 0) emit({ event: 'unchanged' })
    for (const each of refused) emit({ event: 'refused', ...each })
    for (const { integration, name, kind } of functions) {
      if (kind === 'sync') this.#pending.set(`${integration}/${name}`, { integration, sync: name })
    }
  }

  async #run(syncs: Sync[], { reset, signal }: { reset: boolean; signal: AbortSignal }): Promise<void> {
    if (syncs.length > 0) this.#last = syncs
    for (const sync of syncs) {
      const where = await this.#place(sync, signal)
      if (where) await this.#runOne(where, { reset, signal })
      signal.throwIfAborted()
      this.#pending.delete(`${sync.integration}/${sync.sync}`)
    }
  }

  async #runOne(
    where: SyncOnConnection,
    { reset, signal }: { reset: boolean; signal: AbortSignal },
  ): Promise<void> {
    const { client, emit } = this.#options
    let running: string | undefined
    const onRun = (run: string) => {
      running = run
      emit({ event: 'running', run, ...where })
    }
    try {
      const report = await runSync(client, where, { signal, reset, since: this.#deployedAt, onRun })
      emit({ event: 'ended', ...where, ...report })
    } catch (error) {
      if (running !== undefined && this.#current.signal !== signal && !this.#options.signal.aborted) {
        // A newer turn has taken its place. If this fails, that turn waits for the run.
        await client.runs.cancel(running, { signal: AbortSignal.timeout(CANCEL_MS) }).catch(() => {})
      }
      throw error
    }
  }

  async #place({ integration, sync }: Sync, signal: AbortSignal): Promise<SyncOnConnection | undefined> {
    const { client, on, emit } = this.#options
    const chosen = await chooseConnection(client, integration, on, { signal })
    if ('connection' in chosen) return { integration, sync, connection: chosen.connection }
    emit({ event: 'not_run', sync: `${integration}/${sync}`, reason: chosen.reason })
    return undefined
  }
}
