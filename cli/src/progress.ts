import { clearLine, cursorTo } from 'node:readline'

/** Without a terminal there is a line every so often. */
const EVERY_MS = 10_000

/** How far a long command is, on standard error: one line that changes on a terminal, and else a new one now and then. */
export class Progress implements Disposable {
  readonly #stream: NodeJS.WriteStream
  #saidAt = Date.now()

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream
  }

  say(text: string): void {
    if (this.#stream.isTTY) {
      cursorTo(this.#stream, 0)
      this.#stream.write(text.slice(0, this.#stream.columns - 1))
      clearLine(this.#stream, 1)
    } else if (Date.now() - this.#saidAt >= EVERY_MS) {
      this.#saidAt = Date.now()
      this.#stream.write(`${text}\n`)
    }
  }

  [Symbol.dispose](): void {
    if (!this.#stream.isTTY) return
    cursorTo(this.#stream, 0)
    clearLine(this.#stream, 0)
  }
}
