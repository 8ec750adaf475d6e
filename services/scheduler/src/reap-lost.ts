import { type Bus, publish, subjects } from '@syncline/bus'
import { RunOutcome } from '@syncline/proto'
import type { Events } from './events.ts'
import type { Store } from './store.ts'

type Deps = { store: Store; bus: Bus; events: Events }

/**
 * Publishes the end of runs whose lease has run out. It is settled like any other end, when it is consumed: so a success
 * that the runner has published before, and that no scheduler has consumed yet, comes first.
 */
export async function reapLost(deps: Deps, environment: string, ids: string[]): Promise<void> {
  await Promise.all(
    ids.map(async (id) => {
      const run = await deps.store.run(environment, id)
      const reason =
        run?.state === 'QUEUED'
          ? 'no runner took the run in time'
          : 'its runner went away and no other took over'
      await endAsLost(deps, environment, { id, attempt: run?.attempt ?? 0, reason })
    }),
  )
}

export async function endAsLost(
  { store, bus, events }: Deps,
  environment: string,
  run: { id: string; attempt: number; reason: string },
): Promise<void> {
  const counts = (await store.run(environment, run.id))?.counts ?? []
  await publish(
    bus,
    subjects.runFinished,
    [environment],
    {
      environment,
      runId: run.id,
      attempt: run.attempt,
      outcome: RunOutcome.LOST,
      error: run.reason,
      counts,
      finishedAtMs: store.now(),
      lastLines: [],
    },
    // Two instances that find the same loss publish it once; the loss of a later attempt is another one.
    { id: `${run.id}:${run.attempt}:lost` },
  )
  events.runLost(environment, run.id, run.reason)
}
