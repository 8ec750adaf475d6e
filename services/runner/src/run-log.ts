import { LogLevel, type LogLine, type RecordsClient } from '@syncline/proto'
import { truncated } from '@syncline/sandbox'
import type { Attempt } from './attempt.ts'
import { retrying } from './retrying.ts'

const FLUSH_MS = 1000
const BATCH_LINES = 1000
const BATCH_CHARS = 1024 * 1024
/** The function's own lines are limited in the sandbox; ours come on top. */
const MAX_LINES = 12_000
const MAX_CHARS = 4 * 1024 * 1024
const LINE_CHARS = 10_000
const APPEND_FOR_MS = 10_000
const LAST_LINES = 10
const LAST_LINE_CHARS = 500

type Level = 'debug' | 'info' | 'warn' | 'error'

const levels = { debug: LogLevel.DEBUG, info: LogLevel.INFO, warn: LogLevel.WARN, error: LogLevel.ERROR }

/** The log of an attempt, sent to the record store in batches. A log that can't be stored costs no run its success. */
export class RunLog {
  readonly #records: RecordsClient
  readonly #attempt: Attempt
  readonly #onLoss: (lines: number, error: unknown) => void
  readonly #timer: NodeJS.Timeout
  readonly #late = new AbortController()
  #waiting: LogLine[] = []
  #last: string[] = []
  #lines = 0
  #chars = 0
  #sent = 0
  #sending: Promise<void> | undefined

  constructor(records: RecordsClient, attempt: Attempt, onLoss: (lines: number, error: unknown) => void) {
    this.#records = records
    this.#attempt = attempt
    this.#onLoss = onLoss
    this.#timer = setInterval(() => void this.#flush(), FLUSH_MS)
  }

  add(level: Level, message: string): void {
    this.#chars += Math.min(message.length, LINE_CHARS)
    if (++this.#lines <= MAX_LINES && this.#chars <= MAX_CHARS) this.end(level, message)
  }

  /** A line that is never left out. */
  end(level: Level, text: string): void {
    const message = truncated(text, LINE_CHARS)
    this.#waiting.push({ atMs: Date.now(), level: levels[level], message })
    this.#last = [...this.#last, `${level} ${message.slice(0, LAST_LINE_CHARS)}`].slice(-LAST_LINES)
  }

  get lastLines(): string[] {
    return this.#last
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    const late = setTimeout(() => this.#late.abort(), APPEND_FOR_MS)
    await this.#sending
    await this.#flush()
    clearTimeout(late)
  }

  /** One batch at a time; while the store is slow, lines gather. */
  #flush(): Promise<void> {
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined
    })
    return this.#sending
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const lines = this.#batch()
      const first = this.#sent
      this.#sent += lines.length
      await this.#send(first, lines).catch((error: unknown) => this.#onLoss(lines.length, error))
    }
  }

  #batch(): LogLine[] {
    let chars = 0
    const fits = this.#waiting.findIndex((line, index) => {
      chars += line.message.length
      return index > 0 && (index >= BATCH_LINES || chars > BATCH_CHARS)
    })
    return this.#waiting.splice(0, fits === -1 ? this.#waiting.length : fits)
  }

  async #send(first: number, lines: LogLine[]): Promise<void> {
    const { environment, runId, attempt } = this.#attempt
    await retrying(
      (signal) => this.#records.appendLogs({ environment, runId, attempt, first, lines }, { signal }),
      { forMs: APPEND_FOR_MS, signal: this.#late.signal },
    )
  }
}
