import { setTimeout as sleep } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import { denyIoUring } from './confinement/deny-io-uring.ts'
import { buildHarness, type Harness } from './harness.ts'
import { isAtLeast, type Level, levels } from './level.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { isOlderNode } from './older-node.ts'
import { ParentBudget, type ParentLimits } from './parent-budget.ts'
import {
  defaultReuseLimits,
  isSpent,
  keyText,
  type ReuseKey,
  type ReuseLimits,
  type ReusePolicy,
} from './reuse.ts'
import { type Sandbox, type StartOptions, startSandbox } from './sandbox.ts'
import { TakenSandbox } from './taken-sandbox.ts'
import { UsedChildren } from './used-children.ts'

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
/** A run waits so long at most for a child that settles. */
const SETTLING_MS = 50
const CODE_CACHES_BYTES = 32 * MIB

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
  /** `never` if it is left out. */
  reuse?: ReusePolicy
  reuseLimits?: ReuseLimits
  onStartFailed?: (error: Error) => void
  /** A child that could have served another run was ended, as this one has left something behind. */
  onLeft?: (left: string) => void
}

/** What a child is taken for. */
export interface SandboxUse {
  /** The text of a CommonJS module, which the program evaluates. */
  bundle?: string
  /** Another run with this key may get the same child, in a realm of its own. If it is left out, no other run does. */
  reuse?: ReuseKey
}

/**
 * Where the children of a program come from, at the strongest level that one of them confirmed here. Those that wait have run
 * nothing but our own harness, or have served one key and serve no other.
 */
export class Sandboxes implements AsyncDisposable {
  readonly level: Level
  readonly #source: Source
  readonly #options: SandboxesOptions
  readonly #warm: { least: number; most: number }
  readonly #reuseLimits: ReuseLimits
  readonly #waiting = new Map<Sandbox, { since: number }>()
  readonly #used: UsedChildren<Sandbox>
  /** Since when a child serves, and what it used after its first run. */
  readonly #served = new WeakMap<Sandbox, { sinceMs: number; firstMb: number }>()
  /** Made by a child of a key, for children of the same key only: a code cache is code. */
  readonly #codeCaches = new LRUCache<string, Uint8Array>({
    maxSize: CODE_CACHES_BYTES,
    sizeCalculation: (bytes) => bytes.length + 1,
  })
  /** Those that look for what a run has left, and when they will have. */
  readonly #settling = new Map<Sandbox, { key: string; settled: Promise<void> }>()
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
    this.#options = options
    this.#warm = options.warm ?? { least: 0, most: 0 }
    this.#reuseLimits = options.reuseLimits ?? defaultReuseLimits
    this.#used = new UsedChildren(this.#reuseLimits)
    this.#check = setInterval(() => this.#refresh(), CHECK_MS).unref()
    this.#refill()
  }

  /** A child that has served this key, or one that waits, or a new one. The caller disposes it. */
  async take({ bundle, reuse }: SandboxUse = {}): Promise<TakenSandbox> {
    if (this.#closed.signal.aborted) throw closed()
    const key = reuse && this.#options.reuse === 'bundle' ? keyText(reuse) : undefined
    const used = key === undefined ? undefined : await this.#takeUsed(key)
    if (used && key !== undefined) return new TakenSandbox(used, {}, () => void this.#giveBack(key, used))
    const sandbox = await this.#takeFresh()
    if (key === undefined) return new TakenSandbox(sandbox, { bundle }, () => sandbox[Symbol.dispose]())
    const codeCache = this.#codeCaches.get(key)
    const code = { bundle, codeCache, wantsCodeCache: bundle !== undefined && codeCache === undefined }
    return new TakenSandbox(sandbox, code, () => void this.#giveBack(key, sandbox))
  }

  /** Children that wait and have served nothing. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** Children that wait for another run of the key that they have served. */
  get idle(): number {
    return this.#used.size
  }

  /** Children that look for what their run has left. */
  get settling(): number {
    return this.#settling.size
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort()
    clearInterval(this.#check)
    await Promise.allSettled([...this.#starts.refill, ...this.#starts.taken])
    const waiting = [...this.#waiting.keys(), ...this.#used.children, ...this.#settling.keys()]
    for (const sandbox of waiting) sandbox[Symbol.dispose]()
    await Promise.all(waiting.map(({ gone }) => gone))
    await this.#source.harness[Symbol.asyncDispose]()
  }

  /** One that is about to settle is sooner there than a new one, which costs twenty times as much. */
  async #takeUsed(key: string): Promise<Sandbox | undefined> {
    const used = this.#used.take(key)
    const settling = [...this.#settling.values()].filter((each) => each.key === key)
    if (used || settling.length === 0) return used
    await Promise.race([
      ...settling.map(({ settled }) => settled),
      sleep(SETTLING_MS, undefined, { ref: false }),
    ])
    return this.#used.take(key)
  }

  async #takeFresh(): Promise<Sandbox> {
    this.#takenAt.push(Date.now())
    const [waiting] = this.#waiting.keys()
    if (waiting) this.#waiting.delete(waiting)
    // Not at once: to start a process takes us ten milliseconds, which the run that asked would wait for.
    setTimeout(() => this.#refill(), REFILL_AFTER_MS).unref()
    return waiting ?? (await this.#startNow())
  }

  async #startNow(): Promise<Sandbox> {
    if (this.#isShortOfMemory) this.#used.endOldest()
    const start = startFrom(this.#source, this.level)
    this.#starts.taken.add(start)
    const sandbox = await start.finally(() => this.#starts.taken.delete(start))
    if (!this.#closed.signal.aborted) return sandbox
    sandbox[Symbol.dispose]()
    await sandbox.gone
    throw closed()
  }

  /** Of a run that has a result. Its child serves again when it has settled, unless it has served enough. */
  async #giveBack(key: string, sandbox: Sandbox): Promise<void> {
    const settled = sandbox.settled.then(() => {
      this.#settling.delete(sandbox)
      this.#keep(key, sandbox)
    })
    this.#settling.set(sandbox, { key, settled })
    await settled
  }

  #keep(key: string, sandbox: Sandbox): void {
    if (sandbox.left !== undefined) this.#options.onLeft?.(sandbox.left)
    const codeCache = sandbox.takeCodeCache()
    if (codeCache) this.#codeCaches.set(key, codeCache)
    if (!sandbox.isIdle) return
    const now = Date.now()
    const nowMb = sandbox.usage?.memoryMb ?? 0
    const served = this.#served.get(sandbox) ?? { sinceMs: now, firstMb: nowMb }
    this.#served.set(sandbox, served)
    const isEnough = isSpent({ runs: sandbox.runs, nowMb, ...served }, this.#reuseLimits, now)
    if (isEnough || this.#closed.signal.aborted) sandbox[Symbol.dispose]()
    else this.#used.put(key, sandbox, now)
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
    this.#used.endIdle(now)
    if (this.#isShortOfMemory) this.#used.endOldest()
    this.#refill()
  }

  get #isShortOfMemory(): boolean {
    return process.availableMemory() <= this.#source.limits.memoryMb * MIB
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
      !this.#isShortOfMemory
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
      this.#options.onStartFailed?.(error as Error) // by startSandbox
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
  if (!isOlderNode) denyIoUring()
  const { limits = defaultLimits, parentLimits, unshare } = options
  const harness = open.use(await buildHarness(options.program))
  const isReused = options.reuse === 'bundle'
  const source = { harness, limits, budget: new ParentBudget(parentLimits), unshare, isReused }
  const level = await strongestLevel(source, options.minLevel ?? 'basic')
  open.move()
  return new Sandboxes(source, level, options)
}

/** Not by versions of kernels but by trying: a child that is ready has tested its confinement itself. */
async function strongestLevel(source: Source, minLevel: Level): Promise<Level> {
  const failures: string[] = []
  const possible = isOlderNode ? levels.slice(0, 1) : levels
  for (const level of possible.toReversed()) {
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
