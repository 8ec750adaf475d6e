import { type Bus, consume, subjects } from '@syncline/bus'
import type { RunFinished } from '@syncline/proto'
import type { Events } from './events.ts'
import { outcomeFromWire } from './run.ts'
import type { Store } from './store.ts'

const ACK_WAIT_MS = 10_000
const CONCURRENCY = 16
const ERROR_MAX = 2000

type Deps = { store: Store; bus: Bus; events: Events; wake: (environment: string) => void }

/** Settles each run whose end is reported. A second report, or one of an attempt that was taken over, is ignored. */
export function consumeRunFinished(deps: Deps, signal: AbortSignal): Promise<void> {
  return consume(
    deps.bus,
    {
      subject: subjects.runFinished,
      durable: 'scheduler',
      ackWaitMs: ACK_WAIT_MS,
      concurrency: CONCURRENCY,
      onError: deps.events.runFinishedFailed,
    },
    ({ message }) => settle(deps, message),
    signal,
  )
}

async function settle({ store, events, wake }: Deps, end: RunFinished): Promise<void> {
  const { environment, runId, attempt, counts, lastLines, finishedAtMs: finishedAt } = end
  const outcome = outcomeFromWire(end.outcome)
  const error = end.error.slice(0, ERROR_MAX)
  const ending = { attempt, outcome, error, counts, finishedAt, lastLines }
  const ignored = await store.settle(environment, runId, ending)
  if (ignored !== '') return events.endIgnored(environment, runId, ignored)
  events.runSettled(environment, runId, outcome)
  // A run may have waited for this end, of the same schedule or in a full environment.
  wake(environment)
}
