import { setTimeout as sleep } from 'node:timers/promises'
import { jittered } from './jittered.ts'

/** Background work of a process. Disposing stops it: the job's signal aborts, and a job at work is waited for. */
export interface Repetition extends AsyncDisposable {
  /** Ends the present pause; a job at work is followed by another one at once. Not after a failure. */
  wake(): void
}

const WOKEN = new Error('woken')

/**
 * Runs `job` at once and then again and again, one at a time: `periodMs` after it has returned, at once if it returned
 * true (there is more to do), `retryMs` after a failure. Pauses vary by ± 25 %, so that instances don't move in step.
 */
export function repeat(
  periodMs: number,
  job: (signal: AbortSignal) => Promise<unknown>,
  { onFailure, retryMs = periodMs }: { onFailure: (error: unknown) => void; retryMs?: number },
): Repetition {
  const stop = new AbortController()
  let pause = new AbortController()
  let wakeable = true

  const round = async (): Promise<boolean> => {
    try {
      return (await job(stop.signal)) === true
    } catch (error) {
      wakeable = false
      // A wake during the job does not shorten the pause after its failure.
      pause = new AbortController()
      if (!stop.signal.aborted) onFailure(error)
      return false
    }
  }
  const ended = (async () => {
    while (!stop.signal.aborted) {
      // Made before the job: a wake during the job ends the pause after it.
      pause = new AbortController()
      wakeable = true
      if ((await round()) || stop.signal.aborted) continue
      const ms = jittered(wakeable ? periodMs : retryMs)
      await sleep(ms, undefined, { signal: pause.signal }).catch(() => {})
    }
  })()
  return {
    wake: () => {
      // With a reason of ours: an abort without one makes an error with its stack each time.
      if (wakeable) pause.abort(WOKEN)
    },
    async [Symbol.asyncDispose]() {
      stop.abort()
      pause.abort()
      await ended
    },
  }
}
