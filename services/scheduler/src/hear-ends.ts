import { type Bus, consume, subjects } from '@syncline/bus'
import type { RunFinished } from '@syncline/proto'
import type { Events } from './events.ts'
import { outcomeFromWire } from './schedule.ts'
import type { Store } from './store.ts'

const ACK_WAIT_MS = 10_000
const CONCURRENCY = 16
const ERROR_MAX = 2000

type Deps = { store: Store; bus: Bus; events: Events; wake: () => void }

/** Settles each run whose end is told. Told twice, or by an attempt that was taken over, it changes nothing. */
export function hearEnds(deps: Deps, signal: AbortSignal): Promise<void> {
  return consume(
    deps.bus,
    {
      subject: subjects.runFinished,
      filter: '>',
      durable: 'scheduler',
      ackWaitMs: ACK_WAIT_MS,
      concurrency: CONCURRENCY,
      onError: deps.events.eventFailed,
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
  // There may be a run that waited for this end.
  wake()
}
