import { withTimeout } from '@syncline/async'
import { AttemptFacts, type LogLine, type RecordsClient, type RunLines } from '@syncline/proto'
import { retrying } from './retrying.ts'

const FLUSH_MS = 250
/** Of one call. */
const CALL_LINES = 1000
const CALL_CHARS = 1024 * 1024
const CALL_ATTEMPTS = 100
/** Of all runs, while the record store is slow or away. */
const WAITING_CHARS = 32 * 1024 * 1024
/** What a line takes beside its text. */
const LINE_CHARS = 100
const APPEND_FOR_MS = 10_000
/** How long the end of a run waits for its lines: a store that is away holds up nobody. */
const FLUSH_FOR_MS = 2000
/** With the last reports it fits into what a process has beside RUNNER_DRAIN_MS. */
const CLOSE_MS = 1500

/** Whose lines they are. An action has them, too. */
export type LogOwner = Pick<RunLines, 'environment' | 'runId' | 'attempt'>

/** The lines of an attempt that wait. */
interface Waiting extends RunLines {
  chars: number
}

/**
 * Sends the lines of all runs of this process, and the facts of attempts that have ended, to the record store: one call for what comes within a quarter of a second, and
 * one call at a time. So a line is seen a moment after it was written, and a process that dies loses those of this moment. A run
 * that warned or failed waits for its lines before it reports its end (`flushed`); those of others may come after it. A log that
 * can't be stored costs no run its success: lines are lost, and counted, when the store does not take them for 10 s, and when too
 * many wait.
 */
export class LogSender implements AsyncDisposable {
  readonly #records: RecordsClient
  readonly #onLoss: (lines: number, error: unknown) => void
  #waiting = new Map<LogOwner, Waiting>()
  #lines = 0
  #chars = 0
  #lost = 0
  #timer: NodeJS.Timeout | undefined
  #sending: Promise<void> | undefined
  /** What waits is to be sent now, and not with what comes within the next moment. */
  #isDue = false
  #attempts: { facts: AttemptFacts; chars: number }[] = []

  constructor(records: RecordsClient, onLoss: (lines: number, error: unknown) => void) {
    this.#records = records
    this.#onLoss = onLoss
  }

  /** False: the line is lost. @param number Of the line in the log of its attempt; without gaps. */
  add(attempt: LogOwner, number: number, line: LogLine): boolean {
    const chars = line.message.length + LINE_CHARS
    if (this.#chars + chars > WAITING_CHARS) {
      this.#lost++
      return false
    }
    let waiting = this.#waiting.get(attempt)
    if (!waiting) {
      const { environment, runId, attempt: of } = attempt
      waiting = { environment, runId, attempt: of, first: number, lines: [], chars: 0 }
      this.#waiting.set(attempt, waiting)
    }
    waiting.lines.push(line)
    waiting.chars += chars
    this.#chars += chars
    if (++this.#lines >= CALL_LINES || this.#chars >= CALL_CHARS) void this.#flush()
    else this.#timer ??= setTimeout(() => void this.#flush(), FLUSH_MS)
    return true
  }

  /** They are lost, and counted as a line is, when too much waits. */
  addAttempt(facts: AttemptFacts): void {
    // About what it takes in memory.
    const chars = AttemptFacts.encode(facts).finish().length + LINE_CHARS
    if (this.#chars + chars > WAITING_CHARS) {
      this.#lost++
      return
    }
    this.#attempts.push({ facts, chars })
    this.#chars += chars
    if (this.#attempts.length >= CALL_ATTEMPTS || this.#chars >= CALL_CHARS) void this.#flush()
    else this.#timer ??= setTimeout(() => void this.#flush(), FLUSH_MS)
  }

  /** Waits until what was added has been sent, or for two seconds. */
  async flushed(): Promise<void> {
    await withTimeout(this.#sendNow(), FLUSH_FOR_MS, 'to send lines').catch(() => {})
  }

  /** Sends what waits, for some seconds at most. */
  async [Symbol.asyncDispose](): Promise<void> {
    await withTimeout(this.#sendNow(), CLOSE_MS, 'to send the last lines').catch((error: unknown) => {
      const lines = [...this.#waiting.values()].reduce((sum, run) => sum + run.lines.length, 0)
      this.#onLoss(lines + this.#attempts.length, error)
      this.#waiting.clear()
      this.#attempts = []
    })
  }

  async #sendNow(): Promise<void> {
    await this.#sending
    await this.#flush()
  }

  #flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#isDue = true
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined
    })
    return this.#sending
  }

  async #sendAll(): Promise<void> {
    while (this.#isDue && (this.#waiting.size > 0 || this.#attempts.length > 0)) {
      this.#isDue = false
      const calls = inCalls(this.#waiting.values())
      this.#waiting = new Map()
      this.#lines = 0
      const ended = this.#attempts.splice(0, CALL_ATTEMPTS)
      const attempts = ended.map(({ facts }) => facts)
      if (this.#attempts.length > 0) this.#isDue = true
      // The end of a run may wait for both.
      await Promise.all([
        this.#sendLines(calls),
        attempts.length > 0 &&
          this.#send((signal) => this.#records.appendAttempts({ attempts }, { signal }), {
            lines: attempts.length,
            chars: ended.reduce((sum, { chars }) => sum + chars, 0),
          }),
      ])
    }
  }

  async #sendLines(calls: Waiting[][]): Promise<void> {
    for (const runs of calls) {
      await this.#send((signal) => this.#records.appendLogs({ runs }, { signal }), {
        lines: runs.reduce((sum, { lines }) => sum + lines.length, 0),
        chars: runs.reduce((sum, { chars }) => sum + chars, 0),
      })
    }
  }

  async #send(
    call: (signal: AbortSignal) => Promise<unknown>,
    { lines, chars }: { lines: number; chars: number },
  ): Promise<void> {
    try {
      await retrying(call, { forMs: APPEND_FOR_MS, signal: AbortSignal.timeout(APPEND_FOR_MS) })
    } catch (error) {
      this.#lost += lines
      this.#onLoss(this.#lost, error)
      this.#lost = 0
    }
    this.#chars -= chars
    if (this.#lost > 0) this.#onLoss(this.#lost, new Error(`more than ${WAITING_CHARS} characters waited`))
    this.#lost = 0
  }
}

/** Lines of an attempt stay together. */
function inCalls(waiting: Iterable<Waiting>): Waiting[][] {
  const calls: Waiting[][] = []
  let [lines, chars] = [Infinity, 0]
  for (const run of waiting) {
    if (lines >= CALL_LINES || chars >= CALL_CHARS) {
      calls.push([])
      lines = 0
      chars = 0
    }
    calls.at(-1)?.push(run)
    lines += run.lines.length
    chars += run.chars
  }
  return calls
}
