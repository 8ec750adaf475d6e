import { setTimeout as sleep } from 'node:timers/promises'
import { ChildChannel, type ReceivedFrame } from './child-channel.ts'
import { verifyConfinement } from './confinement/verify-confinement.ts'
import { encodeFrame, frameHeader, ProtocolViolation } from './frames.ts'
import type { Harness } from './harness.ts'
import { HostCalls, type HostMethods } from './host-calls.ts'
import type { Level } from './level.ts'
import type { Limits } from './limits.ts'
import type { FromChild, LogLevel, RunMessage } from './messages.ts'
import { type Ending, type Outcome, outcomeOfError, outcomeOfExit } from './outcome.ts'
import { ParentBudget } from './parent-budget.ts'
import { RunWatch } from './run-watch.ts'
import { type Child, spawnChild } from './spawn-child.ts'
import { type Usage, usageOf } from './usage.ts'

const READY_TIMEOUT_MS = 20_000
/** To look for what a run has left takes milliseconds. */
const SETTLE_TIMEOUT_MS = 5000
/** To measure takes as long as a call to another service: a child that serves many short runs is not measured after each. */
const USAGE_MS = 250
/** A killed process usually ends within milliseconds. */
const GONE_MS = 5000
/** What a message is beside the output in it, and more. */
const ENVELOPE_CHARS = 100

export interface SandboxRun {
  input: unknown
  host: HostMethods
  onLog: (level: LogLevel, text: string) => void
  /** Its reason (an Error) is the message of a cancelled run. */
  signal?: AbortSignal
}

/** What a run gets beside its input. */
export interface RunCode {
  /** The text of a CommonJS module. Left out if the child has it from the run before. */
  bundle?: string | undefined
  /** Of that bundle. */
  codeCache?: Uint8Array | undefined
  wantsCodeCache?: boolean
}

export interface StartOptions {
  /** Shared by all children of this process. */
  budget?: ParentBudget | undefined
  /** Path of util-linux's `unshare`. */
  unshare?: string | undefined
  /** After a run that leaves nothing, the child is idle again. Otherwise it ends with its first run. */
  isReused?: boolean
}

/** Starts a child process that can compute and talk to us, and nothing else. Its starter disposes it. */
export async function startSandbox(
  harness: Harness,
  limits: Limits,
  level: Level,
  { budget = new ParentBudget(), unshare, isReused = false }: StartOptions = {},
): Promise<Sandbox> {
  const child = await spawnChild(harness, limits, level, { unshare, isReused })
  const sandbox = new Sandbox(child, limits, budget, isReused)
  try {
    await sandbox.ready()
    if (await verifyConfinement(child.pid, level)) return sandbox
    throw new Error(`a sandbox did not start: it says that it is '${level}', and the kernel says no`)
  } catch (error) {
    sandbox[Symbol.dispose]()
    await sandbox.gone
    throw error
  }
}

/** What belongs to one run. */
interface Current {
  number: number
  run: SandboxRun
  calls: HostCalls
  watch: RunWatch
  outcome: PromiseWithResolvers<Outcome>
}

/**
 * States: starting → greeted (the child said `ready`, and got a ping: what it takes to talk has been done once, so that
 * no run waits for it) → idle (it answered) → running (we sent `run`) → ended, or → settling → idle. In `running` the child
 * may call, log, and answer pings; one `returned` or `threw` ends the run. A child that is reused then looks for what the run
 * has left, and says so (`settled`): if that is nothing, it is idle. Every other way in which a run ends kills it, and so does
 * any other message, or one with the number of another run. Every byte from the child is treated as hostile: the owner of the
 * run and its rights are never read from a message; the host methods know them.
 */
export class Sandbox implements Disposable {
  readonly #child: Child
  readonly #limits: Limits
  readonly #budget: ParentBudget
  readonly #channel: ChildChannel
  readonly #isReused: boolean
  readonly #ready = Promise.withResolvers<void>()
  readonly #ended = Promise.withResolvers<Outcome>()
  #state: 'starting' | 'greeted' | 'idle' | 'running' | 'settling' | 'ended' = 'starting'
  #current: Current | undefined
  #settled: PromiseWithResolvers<void> | undefined
  #deadline: NodeJS.Timeout | undefined
  #unansweredPings = 0
  #runs = 0
  #usage: Usage | undefined
  #usageAt = Number.NEGATIVE_INFINITY
  #codeCache: Buffer | undefined
  #left: string | undefined

  /** @internal */
  constructor(child: Child, limits: Limits, budget: ParentBudget, isReused: boolean) {
    this.#child = child
    this.#limits = limits
    this.#budget = budget
    this.#isReused = isReused
    this.#channel = new ChildChannel({
      stream: child.channel,
      limits,
      budget,
      onMessage: (message, frame) => this.#receive(message, frame),
      onViolation: (message) => this.#stop('protocol_violation', message),
      onFlood: () => this.#stop('output_limit', `it sent more than ${limits.receivedBytes} bytes`),
    })
    child.onWritten((stream, bytes) => this.#current?.watch.wrote(stream, bytes))
    void child.exited.then((exit) => this.#end(outcomeOfExit(exit, limits, this.#current?.watch.peakMb ?? 0)))
  }

  /** @internal */
  async ready(): Promise<void> {
    const late = () => this.#stop('timed_out', `it was not ready within ${READY_TIMEOUT_MS} ms`)
    this.#deadline = setTimeout(late, READY_TIMEOUT_MS)
    const ended = this.#ended.promise.then((outcome) => {
      const { message, stderr } = { message: outcome.kind, stderr: '', ...outcome }
      const error = /^\w*Error: .*$/m.exec(stderr)?.[0] ?? stderr.trim()
      throw new Error(`a sandbox did not start: ${error || message}`)
    })
    await Promise.race([this.#ready.promise, ended]).finally(() => clearTimeout(this.#deadline))
  }

  get pid(): number {
    return this.#child.pid
  }

  /** Settles when the child runs nothing any more, with how its last run ended, or how it ended without one. */
  get ended(): Promise<Outcome> {
    return this.#ended.promise
  }

  /** Settles when its process is gone, or does not go. */
  get gone(): Promise<unknown> {
    return Promise.race([this.#child.exited, sleep(GONE_MS, undefined, { ref: false })])
  }

  /** Settles when the run that has a result has left the child idle, or ended. */
  get settled(): Promise<void> {
    return this.#settled?.promise ?? Promise.resolve()
  }

  get isIdle(): boolean {
    return this.#state === 'idle'
  }

  /** A run has had its result, and the child has not ended: it is idle, or will be when it has settled. */
  get isOver(): boolean {
    return this.#runs > 0 && (this.#state === 'settling' || this.#state === 'idle')
  }

  get runs(): number {
    return this.#runs
  }

  /**
   * What the process used when it was idle after a run: the last one, or one of the quarter of a second before. A longer run is measured
   * itself, so growth is seen so much later at most; the limits of the process itself always hold.
   */
  get usage(): Usage | undefined {
    return this.#usage
  }

  /** What the last run has left behind, for which the child was ended. */
  get left(): string | undefined {
    return this.#left
  }

  /** What V8 has compiled of the bundle, once. It is data of the child, and as trusted as its code. */
  takeCodeCache(): Buffer | undefined {
    const codeCache = this.#codeCache
    this.#codeCache = undefined
    return codeCache
  }

  /** What messages of its calls hold of this process's memory. */
  get heldBytes(): number {
    return this.#channel.share.heldBytes
  }

  /** Reads nothing more from the child, whose silence does not count meanwhile. Its processor and total time do. */
  pause(): void {
    this.#channel.hold('paused')
  }

  resume(): void {
    this.#channel.release('paused')
  }

  /** The child has said something since it was paused. */
  get hasUnread(): boolean {
    return this.#channel.hasUnread
  }

  async run(run: SandboxRun, code: RunCode = {}): Promise<Outcome> {
    if (this.#state !== 'idle')
      throw new Error(`a sandbox runs one function at a time; this one is ${this.#state}`)
    const current = this.#begin(run)
    const { message, attached } = this.#messageOf(current, code)
    const bytes = attached.reduce(
      (sum, part) => sum + part.length,
      encodeFrame(JSON.stringify(message)).length,
    )
    if (bytes > this.#limits.inputBytes) {
      const text = `the input of a run has ${bytes} bytes; the limit is ${this.#limits.inputBytes}`
      this.#end({ kind: 'failed', error: { name: 'Error', message: text } })
      return current.outcome.promise
    }
    this.#channel.send(message, attached)
    const { signal } = run
    const cancel = () => this.#stop('cancelled', String(signal?.reason?.message ?? 'cancelled'))
    if (signal?.aborted) cancel()
    signal?.addEventListener('abort', cancel)
    return current.outcome.promise.finally(() => signal?.removeEventListener('abort', cancel))
  }

  [Symbol.dispose](): void {
    this.#stop('cancelled', 'disposed')
  }

  #begin(run: SandboxRun): Current {
    this.#state = 'running'
    this.#settled = Promise.withResolvers()
    this.#child.forgetStderr()
    this.#channel.beginRun()
    const watch = new RunWatch({
      pid: this.pid,
      limits: this.#limits,
      channel: this.#channel,
      cpuMsBefore: this.#usage?.cpuMs ?? 0,
      ping: () => this.#sendPing(),
      unansweredPings: () => this.#unansweredPings,
      stop: (kind, what) => this.#stop(kind, what),
    })
    const calls = new HostCalls({
      channel: this.#child.channel,
      limits: this.#limits,
      frames: this.#channel.share,
      answers: this.#budget.answers.share(),
      onUnread: (unread) => watch.unread(unread),
      onSpent: (ms) => this.#channel.spend(ms),
    })
    this.#current = { number: ++this.#runs, run, calls, watch, outcome: Promise.withResolvers() }
    return this.#current
  }

  #messageOf({ number, run }: Current, { bundle, codeCache, wantsCodeCache = false }: RunCode) {
    const parts = { bundle: bundle === undefined ? undefined : Buffer.from(bundle), codeCache }
    const names = (['bundle', 'codeCache'] as const).filter((name) => parts[name] !== undefined)
    const message: RunMessage = {
      t: 'run',
      run: number,
      input: run.input,
      limits: this.#limits,
      attached: names,
      isKept: this.#isReused,
      wantsCodeCache,
    }
    const attached = names.flatMap((name) => {
      const bytes = parts[name] as Uint8Array // those that there are
      return [frameHeader(bytes.length), bytes]
    })
    return { message, attached }
  }

  /** @returns Whether the message still holds its bytes of the budget. */
  #receive(message: FromChild, frame: ReceivedFrame): boolean {
    if (frame.text && message.t !== 'call') {
      throw new ProtocolViolation(`it sent '${message.t}' with a text beside it`)
    }
    if (message.t === 'ready' && this.#state === 'starting') {
      this.#state = 'greeted'
      this.#sendPing()
    } else if (message.t === 'pong') this.#pong()
    else if (message.t === 'settled' && this.#state === 'settling' && message.run === this.#runs) {
      void this.#idle(message)
    } else if (this.#state !== 'running' || message.t === 'ready' || message.t === 'settled') {
      throw new ProtocolViolation(`it sent '${message.t}' while ${this.#state}`)
    } else if (message.run !== this.#runs) {
      throw new ProtocolViolation(`it sent '${message.t}' of its run ${message.run} in run ${this.#runs}`)
    } else return this.#receiveOfRun(message, frame)
    return false
  }

  #receiveOfRun(message: Extract<FromChild, { run: number }>, frame: ReceivedFrame): boolean {
    const { run, calls, watch } = this.#current as Current // it is running
    if (message.t === 'call') {
      calls.begin(run.host, message, frame)
      return true
    }
    if (message.t === 'log') {
      if (watch.logged(message.text)) run.onLog(message.level, message.text)
    } else if (message.t === 'threw') this.#result(outcomeOfError(message.error, this.#limits))
    else if (message.t === 'returned') this.#returned(message.output, frame.length)
    return false
  }

  /** The harness keeps the limit, too, and makes an error of it. This check is for a child that has left its harness. */
  #returned(output: unknown, length: number): void {
    const { outputBytes } = this.#limits
    if (length <= outputBytes + ENVELOPE_CHARS) this.#result({ kind: 'success', output })
    else this.#stop('output_limit', `its result has more than ${outputBytes} characters`)
  }

  /** A call that is not answered would be answered in the next run: with one of them in flight there is none. */
  #result(outcome: Outcome): void {
    const { calls, outcome: result } = this.#current as Current // it is running
    const isClean = (outcome.kind === 'success' || outcome.kind === 'failed') && calls.inFlight === 0
    if (!this.#isReused || !isClean) {
      this.#end(outcome)
      return
    }
    this.#state = 'settling'
    this.#closeRun()
    const late = () => this.#stop('timed_out', 'it did not settle')
    this.#deadline = setTimeout(late, SETTLE_TIMEOUT_MS)
    result.resolve(outcome)
  }

  async #idle({ left, codeCache }: Extract<FromChild, { t: 'settled' }>): Promise<void> {
    clearTimeout(this.#deadline)
    this.#left = left
    if (codeCache !== undefined) this.#codeCache = Buffer.from(codeCache, 'base64')
    if (left !== undefined) {
      this.#stop('cancelled', `it has left ${left}`)
      return
    }
    if (performance.now() - this.#usageAt >= USAGE_MS) {
      this.#usage = await usageOf(this.pid)
      this.#usageAt = performance.now()
      if (this.#state !== 'settling') return
    }
    this.#state = 'idle'
    this.#settled?.resolve()
  }

  #sendPing(): void {
    this.#unansweredPings++
    this.#channel.send({ t: 'ping' })
  }

  #pong(): void {
    if (this.#unansweredPings === 0) throw new ProtocolViolation('it answered a ping that nobody sent')
    this.#unansweredPings--
    if (this.#state !== 'greeted') return
    this.#state = 'idle'
    this.#ready.resolve()
  }

  #stop(kind: Ending, what: string): void {
    this.#end({ kind, message: kind === 'cancelled' ? what : `the function was stopped: ${what}` })
  }

  #closeRun(): void {
    this.#current?.watch[Symbol.dispose]()
    this.#current?.calls.close(new Error('the run has ended'))
    this.#channel.endRun()
    this.#current = undefined
  }

  #end(outcome: Outcome): void {
    if (this.#state === 'ended') return
    this.#state = 'ended'
    clearTimeout(this.#deadline)
    this.#child.kill()
    const result = this.#current?.outcome
    this.#closeRun()
    this.#channel.close(new Error('the run has ended'))
    result?.resolve(outcome)
    this.#settled?.resolve()
    this.#ended.resolve(outcome)
  }
}
