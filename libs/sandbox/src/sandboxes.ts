import { setTimeout as sleep } from 'node:timers/promises'
import { denyIoUring } from './confinement/deny-io-uring.ts'
import { buildHarness, type Harness } from './harness.ts'
import { isAtLeast, type Level, levels } from './level.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { ParentBudget, type ParentLimits } from './parent-budget.ts'
import { type Sandbox, type StartOptions, startSandbox } from './sandbox.ts'

/** Starting takes a processor: more at once are not sooner. */
const STARTS_AT_ONCE = 2
/** About what a start takes; as many are kept as are used in twice that time. */
const START_SECONDS = 0.06
const RATE_WINDOW_MS = 10_000
const CHECK_MS = 1000
const REFILL_AFTER_MS = 50
const OLD_MS = 10 * 60_000
const PAUSE_MAX_MS = 30_000
const MIB = 1024 * 1024

export interface SandboxesOptions {
  /** A module that exports `program: Program`. */
  program: string
  limits?: Limits
  /** What all children together may take of this process. */
  parentLimits?: ParentLimits
  /** Path of util-linux's `unshare`, without which there is no level `namespaced`. */
  unshare?: string
  /** @throws At the start, if this machine can't give it. */
  minLevel?: Level
  /** How many children wait, started, for a run: at least, and at most when many runs come. None if it is left out. */
  warm?: { least: number; most: number }
  onStartFailed?: (error: Error) => void
}

/**
 * Where the children of a program come from, at the strongest level that one of them confirmed here. Each is good for one
 * run. Those that wait have run nothing but our own harness.
 */
export class Sandboxes implements AsyncDisposable {
  readonly level: Level
  readonly #source: Source
  readonly #warm: { least: number; most: number }
  readonly #onStartFailed: (error: Error) => void
  readonly #waiting = new Map<Sandbox, { since: number }>()
  /** Those that are to wait, and those that a run waits for. */
  readonly #starts = { refill: new Set<Promise<unknown>>(), taken: new Set<Promise<unknown>>() }
  readonly #closed = new AbortController()
  readonly #check: NodeJS.Timeout
  #takenAt: number[] = []
  #failures = 0

  /** @internal */
  constructor(source: Source, level: Level, options: SandboxesOptions) {
    this.level = level
    this.#source = source
    this.#warm = options.warm ?? { least: 0, most: 0 }
    this.#onStartFailed = options.onStartFailed ?? (() => {})
    this.#check = setInterval(() => this.#refresh(), CHECK_MS).unref()
    this.#refill()
  }

  /** A child that waits, or a new one. The caller disposes it. */
  async take(): Promise<Sandbox> {
    if (this.#closed.signal.aborted) throw closed()
    this.#takenAt.push(Date.now())
    const [waiting] = this.#waiting.keys()
    if (waiting) this.#waiting.delete(waiting)
    // Not at once: to start a process takes us ten milliseconds, which the run that asked would wait for.
    setTimeout(() => this.#refill(), REFILL_AFTER_MS).unref()
    return waiting ?? (await this.#startNow())
  }

  get waiting(): number {
    return this.#waiting.size
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort()
    clearInterval(this.#check)
    await Promise.allSettled([...this.#starts.refill, ...this.#starts.taken])
    const waiting = [...this.#waiting.keys()]
    for (const sandbox of waiting) sandbox[Symbol.dispose]()
    await Promise.all(waiting.map(({ gone }) => gone))
    await this.#source.harness[Symbol.asyncDispose]()
  }

  async #startNow(): Promise<Sandbox> {
    const start = startFrom(this.#source, this.level)
    this.#starts.taken.add(start)
    const sandbox = await start.finally(() => this.#starts.taken.delete(start))
    if (!this.#closed.signal.aborted) return sandbox
    sandbox[Symbol.dispose]()
    await sandbox.gone
    throw closed()
  }

  /** As many children wait as the rate of runs asks for, and none for very long. */
  #refresh(): void {
    const now = Date.now()
    this.#takenAt = this.#takenAt.filter((at) => now - at < RATE_WINDOW_MS)
    for (const [sandbox, { since }] of this.#waiting) {
      if (now - since < OLD_MS && this.#waiting.size <= this.#target) continue
      this.#waiting.delete(sandbox)
      sandbox[Symbol.dispose]()
    }
    this.#refill()
  }

  get #target(): number {
    const perSecond = (this.#takenAt.length * 1000) / RATE_WINDOW_MS
    const { least, most } = this.#warm
    return Math.min(most, Math.max(least, Math.ceil(perSecond * START_SECONDS * 2)))
  }

  #refill(): void {
    while (
      !this.#closed.signal.aborted &&
      this.#waiting.size + this.#starts.refill.size < this.#target &&
      this.#starts.refill.size < STARTS_AT_ONCE &&
      process.availableMemory() > this.#source.limits.memoryMb * MIB
    ) {
      const start = this.#start().finally(() => {
        this.#starts.refill.delete(start)
        this.#refill()
      })
      this.#starts.refill.add(start)
    }
  }

  async #start(): Promise<void> {
    try {
      const sandbox = await startFrom(this.#source, this.level)
      this.#failures = 0
      this.#waiting.set(sandbox, { since: Date.now() })
      void sandbox.ended.then(() => this.#waiting.delete(sandbox))
    } catch (error) {
      this.#onStartFailed(error as Error) // by startSandbox
      const pause = Math.min(PAUSE_MAX_MS, 100 * 2 ** this.#failures++)
      await sleep(pause, undefined, { signal: this.#closed.signal }).catch(() => {})
    }
  }
}

/** What every child of a program is started with. */
interface Source extends StartOptions {
  harness: Harness
  limits: Limits
  budget: ParentBudget
}

const startFrom = ({ harness, limits, ...options }: Source, level: Level): Promise<Sandbox> =>
  startSandbox(harness, limits, level, options)

const closed = () => new Error('no sandbox is given any more: they are closed')

/** @throws If the machine can't give `minLevel`: the error says what each stronger level failed at. */
export async function openSandboxes(options: SandboxesOptions): Promise<Sandboxes> {
  await using open = new AsyncDisposableStack()
  denyIoUring()
  const { limits = defaultLimits, parentLimits, unshare } = options
  const harness = open.use(await buildHarness(options.program))
  const source = { harness, limits, budget: new ParentBudget(parentLimits), unshare }
  const level = await strongestLevel(source, options.minLevel ?? 'basic')
  open.move()
  return new Sandboxes(source, level, options)
}

/** Not by versions of kernels but by trying: a child that is ready has tested its confinement itself. */
async function strongestLevel(source: Source, minLevel: Level): Promise<Level> {
  const failures: string[] = []
  for (const level of levels.toReversed()) {
    if (!isAtLeast(level, minLevel)) break
    try {
      const child = await startFrom(source, level)
      child[Symbol.dispose]()
      await child.gone
      return level
    } catch (error) {
      failures.push(`${level}: ${error instanceof Error ? error.message : error}`)
    }
  }
  throw new Error(
    `this machine gives sync functions no sandbox of level '${minLevel}' or better (SANDBOX_MIN_LEVEL). What failed: ${failures.join('; ')}`,
  )
}
