import { type Bus, publish, subjects } from '@syncline/bus'
import type { Events } from './events.ts'
import type { Store } from './store.ts'

/**
 * Publishes `run.requested` for the requests of the outbox and takes them out of it.
 *
 * If we die before a request is published, the next tick of any instance publishes it. If we die after that and before
 * it is taken out, it is published again: JetStream drops the repetition by its id for two minutes, and after that
 * StartAttempt tells the runner that the run has ended or was throttled since, or counts it as a takeover. What is taken out
 * is this request, never a later one of the same run.
 */
export async function publishRequests(
  { store, bus, events }: { store: Store; bus: Bus; events: Events },
  environment: string,
  requests: string[],
): Promise<void> {
  if (requests.length === 0) return
  await Promise.all(
    requests.map(async (request) => {
      const [runId = '', throttles = '0'] = request.split('.')
      const message = { environment, runId, throttles: Number(throttles) }
      await publish(bus, subjects.runRequested, [environment], message, { id: request })
      events.runRequested(environment, runId)
    }),
  )
  await store.markRequested(environment, requests)
}
