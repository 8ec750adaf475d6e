import { setTimeout as sleep } from 'node:timers/promises'
import type { ByteShare } from './byte-budget.ts'
import { verifyConfinement } from './confinement/verify-confinement.ts'
import { encodeFrame, FrameReader, ProtocolViolation } from './frames.ts'
import type { Harness } from './harness.ts'
import { HostCalls, type HostMethods } from './host-calls.ts'
import type { Level } from './level.ts'
import type { Limits } from './limits.ts'
import { FromChild, type LogLevel, type ToChild } from './messages.ts'
import { nestsDeeperThan } from './nesting.ts'
import { type Ending, type Outcome, outcomeOfError, outcomeOfExit } from './outcome.ts'
import { COPIES_OF_FRAME, ParentBudget } from './parent-budget.ts'
import { type Child, spawnChild } from './spawn-child.ts'
import type { TimeShare } from './time-budget.ts'
import { usageOf } from './usage.ts'

const READY_TIMEOUT_MS = 20_000
/** A killed process usually ends within milliseconds. */
const GONE_MS = 5000
const PING_MS = 1000
const USAGE_MS = 250
const PACE_MS = 100
/** What a message is beside the output in it, and more. */
const ENVELOPE_CHARS = 100

export interface SandboxRun {
  input: unknown
  host: HostMethods
  onLog: (level: LogLevel, text: string) => void
  /** Its reason (an Error) is the message of a cancelled run. */
  signal?: AbortSignal
}

type Hold = 'unread' | 'pace' | 'budget' | 'paused'

export interface StartOptions {
  /** Shared by all children of this process. */
  budget?: ParentBudget | undefined
  /** Path of util-linux's `unshare`. */
  unshare?: string | undefined
}

/**
 * Starts a child process that can compute and talk to us, and nothing else. It is good for one run; its starter
 * disposes it.
 */
export async function startSandbox(
  harness: Harness,
  limits: Limits,
  level: Level,
  { budget = new ParentBudget(), unshare }: StartOptions = {},
): Promise<Sandbox> {
  const child = await spawnChild(harness, limits, level, unshare)
  const sandbox = new Sandbox(child, limits, budget)
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

/**
 * States: starting → greeted (the child said `ready`, and got a ping: what it takes to talk has been done once, so that
 * no run waits for it) → idle (it answered) → running (we sent `run`) → ended. In `running` the child may call,
 * log, and answer pings; one `returned` or `threw` ends it. Any other message ends it too, and then the child is
 * killed. Every byte from the child is treated as hostile: the owner of the run and its rights are never read from a
 * message; the host methods know them.
 */
export class Sandbox implements Disposable {
  readonly #child: Child
  readonly #limits: Limits
  readonly #frames: FrameReader
  readonly #ready = Promise.withResolvers<void>()
  readonly #ended = Promise.withResolvers<Outcome>()
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #calls: HostCalls
  readonly #frameBudget: ByteShare
  readonly #time: TimeShare
  #state: 'starting' | 'greeted' | 'idle' | 'running' | 'ended' = 'starting'
  #run: SandboxRun | undefined
  #unansweredPings = 0
  #peakMb = 0
  readonly #written = { stdout: 0, stderr: 0 }
  #receivedBytes = 0
  /** What the frame that arrives has taken from the budget; 0 = it may not arrive yet. */
  #admittedBytes = 0
  /** Why nothing is read from the channel. */
  readonly #holds = new Set<Hold>()
  #unreadTimer: NodeJS.Timeout | undefined
  /** Since the last ping. */
  #wasHeld = false
  #log = { lines: 0, chars: 0 }

  /** @internal */
  constructor(child: Child, limits: Limits, budget: ParentBudget) {
    this.#child = child
    this.#limits = limits
    this.#frames = new FrameReader(limits.frameBytes)
    this.#frameBudget = budget.frames.share()
    this.#time = budget.time.share(limits.parentShare)
    this.#calls = new HostCalls({
      channel: child.channel,
      limits,
      frames: this.#frameBudget,
      answers: budget.answers.share(),
      onUnread: (unread) => this.#holdUnread(unread),
      onSpent: (ms) => this.#spend(ms),
    })
    child.channel.on('data', (chunk: Buffer) => this.#read(chunk))
    const mostBytes = { stdout: limits.stdoutBytes, stderr: limits.stderrBytes }
    child.onWritten((stream, bytes) => {
      this.#written[stream] += bytes
      if (this.#written[stream] > mostBytes[stream])
        this.#stop('output_limit', `it wrote more than ${mostBytes[stream]} bytes to ${stream}`)
    })
    void child.exited.then((exit) => this.#end(outcomeOfExit(exit, limits, this.#peakMb)))
  }

  /** @internal */
  async ready(): Promise<void> {
    this.#after(READY_TIMEOUT_MS, () => {
      if (this.#state === 'starting' || this.#state === 'greeted')
        this.#stop('timed_out', `it was not ready within ${READY_TIMEOUT_MS} ms`)
    })
    const ended = this.#ended.promise.then((outcome) => {
      const { message, stderr } = { message: outcome.kind, stderr: '', ...outcome }
      const error = /^\w*Error: .*$/m.exec(stderr)?.[0] ?? stderr.trim()
      throw new Error(`a sandbox did not start: ${error || message}`)
    })
    await Promise.race([this.#ready.promise, ended])
  }

  get pid(): number {
    return this.#child.pid
  }

  /** Settles when its run has ended, or when it will have none. */
  get ended(): Promise<Outcome> {
    return this.#ended.promise
  }

  /** Settles when its process is gone, or does not go. */
  get gone(): Promise<unknown> {
    return Promise.race([this.#child.exited, sleep(GONE_MS, undefined, { ref: false })])
  }

  /** What messages of its calls hold of this process's memory. */
  get heldBytes(): number {
    return this.#frameBudget.heldBytes
  }

  /** Reads nothing more from the child, whose silence does not count meanwhile. Its processor and total time do. */
  pause(): void {
    this.#hold('paused')
  }

  resume(): void {
    this.#release('paused')
  }

  /** The child has said something since it was paused. */
  get hasUnread(): boolean {
    return this.#child.channel.readableLength > 0
  }

  async run(run: SandboxRun): Promise<Outcome> {
    if (this.#state !== 'idle') throw new Error(`a sandbox runs once; this one is ${this.#state}`)
    const limits = this.#limits
    const frame = encodeFrame(JSON.stringify({ t: 'run', input: run.input, limits } satisfies ToChild))
    if (frame.length > limits.inputBytes) {
      const message = `the input of a run has ${frame.length} bytes; the limit is ${limits.inputBytes}`
      this.#end({ kind: 'failed', error: { name: 'Error', message } })
      return this.ended
    }
    this.#run = run
    this.#state = 'running'
    this.#child.channel.write(frame)

    const cancel = () => this.#stop('cancelled', String(run.signal?.reason?.message ?? 'cancelled'))
    if (run.signal?.aborted) cancel()
    run.signal?.addEventListener('abort', cancel)
    this.#after(limits.wallMs, () =>
      this.#stop('timed_out', `it ran longer than ${limits.wallMs / 1000} seconds`),
    )
    this.#every(PING_MS, () => this.#ping())
    this.#every(USAGE_MS, () => void this.#measure())
    this.#every(PACE_MS, () => this.#earn(PACE_MS))
    return this.#ended.promise.finally(() => run.signal?.removeEventListener('abort', cancel))
  }

  [Symbol.dispose](): void {
    this.#stop('cancelled', 'disposed')
  }

  #read(chunk: Buffer): void {
    this.#receivedBytes += chunk.length
    if (this.#receivedBytes > this.#limits.receivedBytes) {
      this.#stop('output_limit', `it sent more than ${this.#limits.receivedBytes} bytes`)
    }
    this.#frames.push(chunk)
    this.#takeFrames()
  }

  #takeFrames(): void {
    const started = performance.now()
    try {
      while (this.#state !== 'ended' && this.#admit()) {
        const frame = this.#frames.take()
        if (frame === undefined) break
        const bytes = this.#admittedBytes
        this.#admittedBytes = 0
        let isKept = false
        try {
          isKept = this.#receive(this.#parse(frame), frame.length, bytes)
        } finally {
          if (!isKept) this.#frameBudget.give(bytes)
        }
      }
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error
      this.#stop('protocol_violation', error.message)
    }
    this.#spend(performance.now() - started)
  }

  /** A frame is taken from the channel only when the budget has room for it. Until then its child waits. */
  #admit(): boolean {
    if (this.#admittedBytes > 0) return true
    const size = this.#frames.announced()
    if (size === undefined || this.#holds.has('budget')) return false
    const bytes = Math.max(1, COPIES_OF_FRAME * size)
    if (this.#frameBudget.tryTake(bytes)) {
      this.#admittedBytes = bytes
      return true
    }
    this.#hold('budget')
    this.#frameBudget.take(bytes).then(
      () => {
        this.#admittedBytes = bytes
        this.#release('budget')
        if (this.#state === 'ended') this.#dropFrame()
        else this.#takeFrames()
      },
      () => {}, // the run has ended
    )
    return false
  }

  #dropFrame(): void {
    this.#frameBudget.give(this.#admittedBytes)
    this.#admittedBytes = 0
  }

  #parse(frame: Buffer): FromChild {
    const { nesting } = this.#limits
    if (nestsDeeperThan(nesting, frame)) {
      throw new ProtocolViolation(`it sent a message nested more than ${nesting} levels deep`)
    }
    try {
      return FromChild.parse(JSON.parse(frame.toString('utf8')))
    } catch {
      throw new ProtocolViolation('it sent bytes that are no message')
    }
  }

  /** Our time is everybody's: a child that floods us, or sends what takes long to read, slows down itself only. */
  #spend(ms: number): void {
    this.#time.spend(ms)
    if (this.#time.isOverdrawn) this.#hold('pace')
  }

  #earn(ms: number): void {
    this.#time.earn(ms)
    if (!this.#time.isOverdrawn) this.#release('pace')
  }

  /** @returns Whether the message still holds its bytes of the budget. */
  #receive(message: FromChild, length: number, bytes: number): boolean {
    if (message.t === 'ready' && this.#state === 'starting') {
      this.#state = 'greeted'
      this.#sendPing()
    } else if (message.t === 'pong' && this.#state === 'greeted') {
      this.#pong()
      this.#state = 'idle'
      this.#ready.resolve()
    } else if (this.#state !== 'running' || message.t === 'ready') {
      throw new ProtocolViolation(`it sent '${message.t}' while ${this.#state}`)
    } else if (message.t === 'call') {
      this.#calls.begin(this.#run?.host ?? {}, message.id, message.method, message.params, bytes)
      return true
    } else if (message.t === 'log') this.#logLine(message.level, message.text)
    else if (message.t === 'pong') this.#pong()
    else if (message.t === 'returned') this.#returned(message.output, length)
    else this.#end(outcomeOfError(message.error, this.#limits))
    return false
  }

  /** The harness keeps the limit, too, and makes an error of it. This check is for a child that has left its harness. */
  #returned(output: unknown, length: number): void {
    const { outputBytes } = this.#limits
    if (length <= outputBytes + ENVELOPE_CHARS) this.#end({ kind: 'success', output })
    else this.#stop('output_limit', `its result has more than ${outputBytes} characters`)
  }

  /** A child that asks and does not read would fill our memory: until it reads, we don't read either. */
  #holdUnread(unread: boolean): void {
    clearTimeout(this.#unreadTimer)
    if (!unread) {
      this.#release('unread')
      return
    }
    this.#hold('unread')
    this.#unreadTimer = this.#after(this.#limits.unreadMs, () =>
      this.#stop('event_loop_blocked', `it left answers unread for ${this.#limits.unreadMs / 1000} seconds`),
    )
  }

  #hold(why: Hold): void {
    this.#holds.add(why)
    this.#wasHeld = true
    this.#child.channel.pause()
  }

  #release(why: Hold): void {
    if (this.#holds.delete(why) && this.#holds.size === 0) this.#child.channel.resume()
  }

  /** The child keeps these limits itself; one that doesn't is not our harness any more. */
  #logLine(level: LogLevel, text: string): void {
    this.#log.lines++
    this.#log.chars += text.length
    const { logLines, logChars } = this.#limits
    if (this.#log.lines <= logLines + 1 && this.#log.chars <= 2 * logChars) this.#run?.onLog(level, text)
    else this.#stop('output_limit', `it logged more than ${logLines} lines or ${logChars} characters`)
  }

  /**
   * Unanswered pings are counted, not milliseconds: if we ourselves stood still, that is not the child's fault. Nor is it a
   * round in which the child was not read: its answer may be in the channel.
   */
  #ping(): void {
    const wasRead = !this.#wasHeld
    this.#wasHeld = this.#holds.size > 0
    if (!wasRead || this.#wasHeld) return
    const { silentMs } = this.#limits
    if (this.#unansweredPings * PING_MS < silentMs) this.#sendPing()
    else this.#stop('event_loop_blocked', `it blocked the event loop for ${silentMs / 1000} seconds`)
  }

  #sendPing(): void {
    this.#unansweredPings++
    this.#child.channel.write(encodeFrame(JSON.stringify({ t: 'ping' } satisfies ToChild)))
  }

  #pong(): void {
    if (this.#unansweredPings === 0) throw new ProtocolViolation('it answered a ping that nobody sent')
    this.#unansweredPings--
  }

  async #measure(): Promise<void> {
    const usage = await usageOf(this.#child.pid)
    if (usage === undefined) return
    const { memoryMb, cpuMs, threads } = this.#limits
    this.#peakMb = Math.max(this.#peakMb, usage.memoryMb)
    if (usage.memoryMb > memoryMb) {
      this.#stop('out_of_memory', `out of memory: it uses more than ${memoryMb} MB`)
    }
    if (usage.threads > threads) {
      this.#stop(
        'out_of_memory',
        `out of memory: it has more than ${threads} threads, each with a stack in the kernel`,
      )
    }
    if (usage.cpuMs > cpuMs) {
      this.#stop('cpu_limit', `it used more than ${cpuMs / 1000} seconds of processor time`)
    }
  }

  #stop(kind: Ending, what: string): void {
    this.#end({ kind, message: kind === 'cancelled' ? what : `the function was stopped: ${what}` })
  }

  #end(outcome: Outcome): void {
    if (this.#state === 'ended') return
    this.#state = 'ended'
    for (const timer of this.#timers) clearTimeout(timer)
    this.#child.kill()
    this.#child.channel.destroy()
    const over = new Error('the run has ended')
    this.#calls.close(over)
    this.#frameBudget.close(over)
    this.#dropFrame()
    this.#time[Symbol.dispose]()
    this.#ended.resolve(outcome)
  }

  #after(ms: number, work: () => void): NodeJS.Timeout {
    const timer = setTimeout(work, ms)
    this.#timers.add(timer)
    return timer
  }

  #every(ms: number, work: () => void): void {
    this.#timers.add(setInterval(work, ms))
  }
}
