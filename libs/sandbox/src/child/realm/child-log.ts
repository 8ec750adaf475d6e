import type { ChildLimits, LogLevel } from '../../messages.ts'

const LINE_CHARS = 10_000

/** Lines of the run's log up to its limit, then one line that says so. */
export class ChildLog {
  readonly #send: (level: LogLevel, text: string) => void
  #lines: number
  #chars: number
  #closed = false

  constructor(limits: ChildLimits, send: (level: LogLevel, text: string) => void) {
    this.#lines = limits.logLines
    this.#chars = limits.logChars
    this.#send = send
  }

  write = (level: LogLevel, text: string): void => {
    if (this.#closed) return
    const line = text.length > LINE_CHARS ? `${text.slice(0, LINE_CHARS)}… (${text.length} characters)` : text
    this.#lines--
    this.#chars -= line.length
    if (this.#lines < 0 || this.#chars < 0) {
      this.close()
      this.#send('warn', 'the log is truncated here: the run has logged too much')
    } else this.#send(level, line)
  }

  close(): void {
    this.#closed = true
  }
}
