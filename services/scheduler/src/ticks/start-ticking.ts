import { type Repetition, repeat } from '@syncline/async'
import type { Ticker } from './ticker.ts'

const RETRY_MS = 1000

/** Ticks every `tickMs`, at once again while there is something to do, and more seldom while nothing is due. */
export function startTicking(
  ticker: Ticker,
  { tickMs, onFailure }: { tickMs: number; onFailure: (error: unknown) => void },
): Repetition {
  let restsUntil = 0
  const tick = async () => {
    if (performance.now() < restsUntil) return false
    const more = await ticker.tick()
    restsUntil = performance.now() + ticker.restMs
    return more
  }
  return repeat(tickMs, tick, { onFailure, retryMs: RETRY_MS })
}
