import { setTimeout as sleep } from 'node:timers/promises'
import { connectBus, consumeBatches, subjects } from '@syncline/bus'
import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import { REQUEST_TIMEOUT_MS } from '../clickhouse/clickhouse.ts'
import type { Config } from '../config.ts'
import type { RunFactEvents } from '../events.ts'
import { insertRunFacts } from '../tables/run-facts.ts'
import type { ForgottenRuns } from './forgotten-runs.ts'
import { isRunEnded, runFactOf } from './run-fact.ts'

const DURABLE = 'run-facts'
/** Events of one insert: 5 MB with the longest errors. */
const BATCH_MAX = 500
const ACK_WAIT_MS = REQUEST_TIMEOUT_MS + 7000
/** Of one try: so long a stop may wait while NATS is away. */
const CONNECT_MS = 5000
const CONNECT_RETRY_MS = 2000

/**
 * Writes a row for each run that ends, from the events of schedulers. An event is acknowledged when its row is inserted: if we die
 * between the two, it comes again and makes the same row. Nothing else of this service needs NATS, so it does not wait for NATS: while
 * NATS is away, events wait in Redis and in NATS, and rows come later. All instances share the work.
 */
export function consumeRunEnds(
  nats: Config['nats'],
  clickhouse: ClickHouse,
  forgotten: ForgottenRuns,
  events: RunFactEvents,
): AsyncDisposable {
  const stop = new AbortController()
  const { signal } = stop
  const consuming = (async () => {
    while (!signal.aborted) {
      try {
        await using bus = await connectBus(nats, 'records', { timeoutMs: CONNECT_MS })
        await using _batches = consumeBatches(
          bus,
          {
            subject: subjects.event,
            tokens: ['run', 'ended', '*'],
            durable: DURABLE,
            ackWaitMs: ACK_WAIT_MS,
            most: BATCH_MAX,
            onError: events.runFactsDelayed,
          },
          async (batch) => {
            const facts = await forgotten.without(batch.filter(isRunEnded).map(runFactOf))
            if (facts.length > 0) await insertRunFacts(clickhouse, facts)
            events.runFactsWritten(facts.length)
          },
        )
        await aborted(signal)
      } catch (error) {
        if (signal.aborted) return
        events.runFactsDelayed(error)
        await sleep(CONNECT_RETRY_MS, undefined, { signal }).catch(() => {})
      }
    }
  })()
  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      await consuming
    },
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
