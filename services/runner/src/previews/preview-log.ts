import type { PreviewResult } from '@syncline/preview'
import { truncated } from '@syncline/sandbox'

const LINES = 500
const LINE_CHARS = 2000

type Line = PreviewResult['logs'][number]

/** The last lines of a preview. They are part of its result, and in no other log. */
export class PreviewLog {
  readonly #lines: Line[] = []

  add(level: Line['level'], message: string): void {
    this.#lines.push({ at: new Date().toISOString(), level, message: truncated(message, LINE_CHARS) })
    if (this.#lines.length > 2 * LINES) this.#lines.splice(0, this.#lines.length - LINES)
  }

  get lines(): Line[] {
    return this.#lines.slice(-LINES)
  }
}
