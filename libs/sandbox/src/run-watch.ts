import type { ChildChannel } from './child-channel.ts'
import type { Limits } from './limits.ts'
import type { Ending } from './outcome.ts'
import { type Usage, usageOf } from './usage.ts'

const PING_MS = 1000
const USAGE_MS = 250
const PACE_MS = 100

export interface RunWatchOptions {
  pid: number
  limits: Limits
  channel: ChildChannel
  /** Of the process, from before this run: what runs of the quarter of a second before it have used may count. */
  cpuMsBefore: number
  ping: () => void
  unansweredPings: () => number
  stop: (kind: Ending, what: string) => void
}

/** Measures one run, and stops it when it meets a limit. What earlier runs of the process have used does not count. */
export class RunWatch implements Disposable {
  readonly #options: RunWatchOptions
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #written = { stdout: 0, stderr: 0 }
  readonly #log = { lines: 0, chars: 0 }
  #unread: NodeJS.Timeout | undefined
  /** The most memory that the run was seen to use. */
  peakMb = 0

  constructor(options: RunWatchOptions) {
    this.#options = options
    const { limits, channel, stop } = options
    this.#after(limits.wallMs, () => stop('timed_out', `it ran longer than ${limits.wallMs / 1000} seconds`))
    this.#every(PING_MS, () => this.#ping())
    this.#every(USAGE_MS, () => void this.#measure())
    this.#every(PACE_MS, () => channel.earn(PACE_MS))
  }

  wrote(stream: 'stdout' | 'stderr', bytes: number): void {
    const { limits, stop } = this.#options
    const mostBytes = { stdout: limits.stdoutBytes, stderr: limits.stderrBytes }[stream]
    this.#written[stream] += bytes
    if (this.#written[stream] > mostBytes)
      stop('output_limit', `it wrote more than ${mostBytes} bytes to ${stream}`)
  }

  /** The child keeps these limits itself; one that doesn't is not our harness any more. @returns Whether it is within them. */
  logged(text: string): boolean {
    const { limits, stop } = this.#options
    const { logLines, logChars } = limits
    this.#log.lines++
    this.#log.chars += text.length
    if (this.#log.lines <= logLines + 1 && this.#log.chars <= 2 * logChars) return true
    stop('output_limit', `it logged more than ${logLines} lines or ${logChars} characters`)
    return false
  }

  /** A child that asks and does not read would fill our memory: until it reads, we don't read either. */
  unread(isUnread: boolean): void {
    const { limits, channel, stop } = this.#options
    clearTimeout(this.#unread)
    if (!isUnread) {
      channel.release('unread')
      return
    }
    channel.hold('unread')
    this.#unread = this.#after(limits.unreadMs, () =>
      stop('event_loop_blocked', `it left answers unread for ${limits.unreadMs / 1000} seconds`),
    )
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#options.channel.release('unread')
  }

  /**
   * Unanswered pings are counted, not milliseconds: if we ourselves were suspended, that is not the child's fault. Nor is it a
   * round in which the child was not read: its answer may be in the channel.
   */
  #ping(): void {
    const { limits, channel, ping, stop, unansweredPings } = this.#options
    if (!channel.wasReadThroughout()) return
    if (unansweredPings() * PING_MS < limits.silentMs) ping()
    else stop('event_loop_blocked', `it blocked the event loop for ${limits.silentMs / 1000} seconds`)
  }

  async #measure(): Promise<void> {
    const usage = await usageOf(this.#options.pid)
    if (usage && this.#timers.size > 0) this.#check(usage)
  }

  #check({ memoryMb, threads, cpuMs }: Usage): void {
    const { limits, cpuMsBefore, stop } = this.#options
    this.peakMb = Math.max(this.peakMb, memoryMb)
    if (memoryMb > limits.memoryMb) {
      stop('out_of_memory', `out of memory: it uses more than ${limits.memoryMb} MB`)
    }
    if (threads > limits.threads) {
      stop(
        'out_of_memory',
        `out of memory: it has more than ${limits.threads} threads, each with a stack in the kernel`,
      )
    }
    if (cpuMs - cpuMsBefore > limits.cpuMs) {
      stop('cpu_limit', `it used more than ${limits.cpuMs / 1000} seconds of processor time`)
    }
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
