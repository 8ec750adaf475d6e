import { type Bus, publish, subjects } from '@syncline/bus'
import type { Events } from './events.ts'
import type { Store } from './store.ts'

/**
 * Publishes `run.requested` for runs of the outbox and takes them out of it.
 *
 * If we die before a request is published, the next tick of any instance publishes it. If we die after that and before
 * it is taken out, it is published again: JetStream drops the repetition by its id for two minutes, and after that
 * StartAttempt tells the runner that the run has ended, or counts it as a takeover.
 */
export async function publishRequests(
  { store, bus, events }: { store: Store; bus: Bus; events: Events },
  environment: string,
  runIds: string[],
): Promise<void> {
  if (runIds.length === 0) return
  await Promise.all(
    runIds.map(async (runId) => {
      await publish(bus, subjects.runRequested, [environment], { environment, runId }, { id: runId })
      events.runRequested(environment, runId)
    }),
  )
  await store.markRequested(environment, runIds)
}
