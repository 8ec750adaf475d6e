import { encodeFrame, FrameReader, ProtocolViolation } from './frames.ts'
import type { Harness } from './harness.ts'
import type { Level } from './level.ts'
import type { Limits } from './limits.ts'
import { FromChild, type LogLevel, type ToChild } from './messages.ts'
import { type Ending, type Outcome, outcomeOfError, outcomeOfExit } from './outcome.ts'
import { type Child, spawnChild } from './spawn-child.ts'
import { usageOf } from './usage.ts'
import { seesWall } from './wall/sees-wall.ts'

const READY_TIMEOUT_MS = 20_000
const PING_MS = 1000
const USAGE_MS = 250
const PACE_MS = 100
/** What a message is beside the output in it, and more. */
const ENVELOPE_CHARS = 100
/** What a child may take of our time at once: reading 8 MiB that are made to be slow takes half a second and more. */
const BURST_MS = 1000

/** What a child may ask of its parent, by name. A rejection reaches the child as an error with the same message. */
export type HostMethods = Record<string, (params: unknown, signal: AbortSignal) => Promise<unknown>>

export interface SandboxRun {
  input: unknown
  host: HostMethods
  onLog: (level: LogLevel, text: string) => void
  /** Its reason (an Error) is the message of a cancelled run. */
  signal?: AbortSignal
}

/**
 * Starts a child process that can compute and talk to us, and nothing else. It is good for one run; who starts it,
 * disposes it.
 */
export async function startSandbox(harness: Harness, limits: Limits, level: Level): Promise<Sandbox> {
  const child = spawnChild(harness, limits, level)
  const sandbox = new Sandbox(child, limits)
  try {
    await sandbox.ready()
    if (await seesWall(child.pid, level)) return sandbox
    throw new Error(`a sandbox did not start: it says that it is '${level}', and the kernel says no`)
  } catch (error) {
    sandbox[Symbol.dispose]()
    throw error
  }
}

/**
 * States: starting → greeted (the child said `ready`, and got a ping: what it takes to talk has been done once, so that
 * no run waits for it) → idle (it answered) → running (we sent `run`) → ended. In `running` the child may call,
 * log, and answer pings; one `returned` or `threw` ends it. Whatever else it says ends it too, and with the end it is
 * killed. Every byte from the child is taken for hostile: who the run belongs to, and with which rights, is never read
 * from a message but known by the host methods.
 */
export class Sandbox implements Disposable {
  readonly #child: Child
  readonly #limits: Limits
  readonly #frames: FrameReader
  readonly #ready = Promise.withResolvers<void>()
  readonly #ended = Promise.withResolvers<Outcome>()
  readonly #timers = new Set<NodeJS.Timeout>()
  /** Aborts what the host does for a run that has ended. */
  readonly #over = new AbortController()
  readonly #calls = new Set<number>()
  #state: 'starting' | 'greeted' | 'idle' | 'running' | 'ended' = 'starting'
  #run: SandboxRun | undefined
  #unansweredPings = 0
  #peakMb = 0
  #stdoutBytes = 0
  #receivedBytes = 0
  #spareMs = BURST_MS
  readonly #holds = new Set<'unread' | 'pace'>()
  #log = { lines: 0, chars: 0 }

  /** @internal */
  constructor(child: Child, limits: Limits) {
    this.#child = child
    this.#limits = limits
    this.#frames = new FrameReader(limits.frameBytes)
    child.channel.on('data', (chunk: Buffer) => this.#read(chunk))
    child.onStdout((bytes) => {
      this.#stdoutBytes += bytes
      if (this.#stdoutBytes > limits.stdoutBytes)
        this.#stop('output_limit', `it wrote more than ${limits.stdoutBytes} bytes to stdout`)
    })
    child.exited.then(
      (exit) => this.#end(outcomeOfExit(exit, limits, this.#peakMb)),
      (error: unknown) => this.#stop('crashed', `its process did not start: ${String(error)}`),
    )
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

  /** @throws If the input is larger than its limit. */
  async run(run: SandboxRun): Promise<Outcome> {
    if (this.#state !== 'idle') throw new Error(`a sandbox runs once; this one is ${this.#state}`)
    const limits = this.#limits
    const frame = encodeFrame(JSON.stringify({ t: 'run', input: run.input, limits } satisfies ToChild))
    if (frame.length > limits.inputBytes) {
      throw new Error(`the input of a run has ${frame.length} bytes; the limit is ${limits.inputBytes}`)
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
    this.#every(PACE_MS, () => this.#earn(PACE_MS * limits.parentShare))
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
    const started = performance.now()
    try {
      for (const json of this.#frames.read(chunk)) {
        if (this.#state === 'ended') return
        this.#receive(parseMessage(json), json.length)
      }
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error
      this.#stop('protocol_violation', error.message)
    }
    this.#spend(performance.now() - started)
  }

  /** Our time is everybody's: a child that floods us, or sends what takes long to read, slows down itself only. */
  #spend(ms: number): void {
    this.#spareMs -= ms
    if (this.#spareMs < 0) this.#hold('pace')
  }

  #earn(ms: number): void {
    this.#spareMs = Math.min(BURST_MS, this.#spareMs + ms)
    if (this.#spareMs > 0) this.#release('pace')
  }

  #receive(message: FromChild, length: number): void {
    if (message.t === 'ready' && this.#state === 'starting') {
      this.#state = 'greeted'
      this.#sendPing()
    } else if (message.t === 'pong' && this.#state === 'greeted') {
      this.#pong()
      this.#state = 'idle'
      this.#ready.resolve()
    } else if (this.#state !== 'running' || message.t === 'ready') {
      throw new ProtocolViolation(`it sent '${message.t}' while ${this.#state}`)
    } else if (message.t === 'call') this.#call(message.id, message.method, message.params)
    else if (message.t === 'log') this.#logLine(message.level, message.text)
    else if (message.t === 'pong') this.#pong()
    else if (message.t === 'returned') this.#returned(message.output, length)
    else this.#end(outcomeOfError(message.error, this.#limits))
  }

  /** The harness keeps the limit, too, and makes an error of it; here it is for who is not our harness. */
  #returned(output: unknown, length: number): void {
    const { outputBytes } = this.#limits
    if (length <= outputBytes + ENVELOPE_CHARS) this.#end({ kind: 'success', output })
    else this.#stop('output_limit', `its result has more than ${outputBytes} characters`)
  }

  #call(id: number, method: string, params: unknown): void {
    const { callsInFlight } = this.#limits
    if (this.#calls.has(id)) throw new ProtocolViolation(`it used call number ${id} twice`)
    if (this.#calls.size >= callsInFlight) {
      throw new ProtocolViolation(`it has more than ${callsInFlight} calls in flight`)
    }
    this.#calls.add(id)
    const host = this.#run?.host ?? {}
    const known = Object.hasOwn(host, method) ? host[method] : undefined
    const answer = known
      ? known(params, this.#over.signal)
      : Promise.reject(new Error(`there is no host method '${method.slice(0, 40)}'`))
    answer.then(
      (value) => this.#answer(id, { t: 'answer', id, value: value ?? null }),
      (error: unknown) => this.#answer(id, { t: 'refusal', id, error: refusal(error) }),
    )
  }

  #answer(id: number, message: ToChild): void {
    this.#calls.delete(id)
    if (this.#state !== 'running') return
    this.#child.channel.write(encodeFrame(toJson(message)))
    this.#holdBack()
  }

  /** A child that asks and does not read would fill our memory: until it reads, we don't read either. */
  #holdBack(): void {
    const { channel } = this.#child
    if (channel.writableLength <= this.#limits.unsentBytes || this.#holds.has('unread')) return
    this.#hold('unread')
    const late = this.#after(this.#limits.unreadMs, () =>
      this.#stop('event_loop_blocked', `it left answers unread for ${this.#limits.unreadMs / 1000} seconds`),
    )
    channel.once('drain', () => {
      clearTimeout(late)
      this.#release('unread')
    })
  }

  #hold(why: 'unread' | 'pace'): void {
    this.#holds.add(why)
    this.#child.channel.pause()
  }

  #release(why: 'unread' | 'pace'): void {
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

  /** Unanswered pings are counted, not milliseconds: if we ourselves stood still, that is not the child's fault. */
  #ping(): void {
    if (this.#holds.size > 0) return
    if (this.#unansweredPings * PING_MS < this.#limits.silentMs) {
      this.#sendPing()
    } else {
      this.#stop(
        'event_loop_blocked',
        `it blocked the event loop for ${this.#limits.silentMs / 1000} seconds`,
      )
    }
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
    const { memoryMb, cpuMs } = this.#limits
    this.#peakMb = Math.max(this.#peakMb, usage.memoryMb)
    if (usage.memoryMb > memoryMb) {
      this.#stop('out_of_memory', `out of memory: it uses more than ${memoryMb} MB`)
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
    this.#over.abort(new Error('the run has ended'))
    this.#child.kill()
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

function parseMessage(json: string): FromChild {
  try {
    return FromChild.parse(JSON.parse(json))
  } catch {
    throw new ProtocolViolation('it sent bytes that are no message')
  }
}

/** What a host returns may come from the child, and be more than JSON can say. */
function toJson(message: ToChild): string {
  try {
    return JSON.stringify(message)
  } catch (error) {
    if (message.t !== 'answer') throw error
    return JSON.stringify({ t: 'refusal', id: message.id, error: refusal(error) } satisfies ToChild)
  }
}

function refusal(error: unknown): { name: string; message: string; code?: string } {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return { name: error.name, message: error.message, ...(code !== undefined && { code }) }
}
