import { type Repetition, repeat } from '@syncline/async'
import type { Ticker } from './ticker.ts'

const RETRY_MS = 1000

/** Ticks every `tickMs`, and at once again while there is something to do. */
export function startTicking(
  ticker: Ticker,
  { tickMs, onFailure }: { tickMs: number; onFailure: (error: unknown) => void },
): Repetition {
  return repeat(tickMs, () => ticker.tick(), { onFailure, retryMs: RETRY_MS })
}
