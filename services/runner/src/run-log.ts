import { LogLevel } from '@syncline/proto'
import { truncated } from '@syncline/sandbox'
import type { LogOwner, LogSender } from './log-sender.ts'

/** The function's own lines are limited in the sandbox; ours come on top. */
const MAX_LINES = 12_000
const MAX_CHARS = 4 * 1024 * 1024
const LINE_CHARS = 10_000
const LAST_LINES = 10
const LAST_LINE_CHARS = 500

type Level = 'debug' | 'info' | 'warn' | 'error'

const levels = { debug: LogLevel.DEBUG, info: LogLevel.INFO, warn: LogLevel.WARN, error: LogLevel.ERROR }

/** The log of an attempt, or of an action. */
export class RunLog {
  readonly #sender: LogSender
  readonly #attempt: LogOwner
  #last: string[] = []
  #lines = 0
  #chars = 0
  #sent = 0
  #hasTrouble = false

  constructor(sender: LogSender, attempt: LogOwner) {
    this.#sender = sender
    this.#attempt = attempt
  }

  add(level: Level, message: string): void {
    this.#chars += Math.min(message.length, LINE_CHARS)
    if (++this.#lines <= MAX_LINES && this.#chars <= MAX_CHARS) this.end(level, message)
  }

  /** A line that is never left out. */
  end(level: Level, text: string): void {
    const message = truncated(text, LINE_CHARS)
    const line = { atMs: Date.now(), level: levels[level], message }
    if (level === 'warn' || level === 'error') this.#hasTrouble = true
    if (this.#sender.add(this.#attempt, this.#sent, line)) this.#sent++
    this.#last = [...this.#last, `${level} ${message.slice(0, LAST_LINE_CHARS)}`].slice(-LAST_LINES)
  }

  /** Whoever sees that the run has failed, or warned, finds its lines. */
  async settled(): Promise<void> {
    if (this.#hasTrouble) await this.#sender.flushed()
  }

  get lastLines(): string[] {
    return this.#last
  }
}
