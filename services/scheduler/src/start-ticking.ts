import { repeat } from '@syncline/async'
import type { Ticker } from './ticker.ts'

const RETRY_MS = 1000
/** Nothing is left to do without a wake: see Ticker for what other instances leave. */
const UNWOKEN_MS = 60_000

interface Ticking extends AsyncDisposable {
  /** There may be something to do in this environment: it is worked on at once, and not the others. */
  wake(environment: string): void
}

/** Ticks every `tickMs`, and at once again while there is something to do. */
export function startTicking(
  ticker: Ticker,
  { tickMs, onFailure }: { tickMs: number; onFailure: (error: unknown) => void },
): Ticking {
  const retry = { onFailure, retryMs: RETRY_MS }
  const woken = new Set<string>()
  const workOnWoken = async () => {
    const environments = [...woken]
    woken.clear()
    await ticker.work(environments)
  }
  const open = new AsyncDisposableStack()
  open.use(repeat(tickMs, async () => (await ticker.tick()) > 0, retry))
  const waking = open.use(repeat(UNWOKEN_MS, workOnWoken, retry))
  return {
    wake(environment) {
      woken.add(environment)
      waking.wake()
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}
