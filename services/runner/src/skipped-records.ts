import { shortId } from '@syncline/record'

const NAMED = 5
const REASON_CHARS = 60

/** A record that can't be stored: its id if it is known, what the log calls it, and what it has or is. */
export type Skipped = { id: string | undefined; name: string; reason: string }

type Tally = { count: number; unknown: number; named: string[] }

/** The records of an attempt that can't be stored, by model. They are counted, and the first ones are named. */
export class SkippedRecords {
  readonly #log: (text: string) => void
  readonly #tallies = new Map<string, Tally>()

  constructor(log: (text: string) => void) {
    this.#log = log
  }

  /** The first one of a model is logged at once: nobody sums up for an attempt whose process dies. */
  add(model: string, skipped: Skipped[]): void {
    const tally = this.#tallies.get(model) ?? { count: 0, unknown: 0, named: [] }
    for (const { id, name, reason } of skipped) {
      const text = `${name} (${shortened(reason)})`
      if (tally.count === 0) this.#log(`model '${model}': a record can't be stored and is skipped: ${text}`)
      tally.count++
      if (id === undefined) tally.unknown++
      if (tally.named.length < NAMED) tally.named.push(text)
    }
    if (tally.count > 0) this.#tallies.set(model, tally)
  }

  /** Why a pass over the model is not complete; empty if it is. A record without an id may be any record of the stream. */
  incompleteReason(model: string): string {
    const { unknown = 0 } = this.#tallies.get(model) ?? {}
    return unknown === 0 ? '' : `${counted(unknown)} without a usable id could not be stored`
  }

  /** A text for each model. `more`: only where more than one was skipped. */
  summaries({ more = false } = {}): string[] {
    return [...this.#tallies].flatMap(([model, { count, named }]) => {
      if (more && count === 1) return []
      const which = count > named.length ? `, the first ${named.length}` : ''
      return [`model '${model}': skipped ${counted(count)} that can't be stored${which}: ${named.join('; ')}`]
    })
  }

  logSummaries(): void {
    for (const text of this.summaries({ more: true })) this.#log(text)
  }
}

const shortened = (reason: string) =>
  reason.length > REASON_CHARS ? `${reason.slice(0, REASON_CHARS - 1).toWellFormed()}…` : reason

const counted = (count: number) => (count === 1 ? '1 record' : `${count} records`)

/** What the log calls a record. The beginning of a long id may be that of many. */
export function nameOf(id: string | undefined, position: string): string {
  if (id === undefined) return position
  const short = shortId(id)
  return short === id ? `'${id}'` : `${position} '${short}'`
}
