import { type Bus, publish, subjects } from '@syncline/bus'
import { RunOutcome } from '@syncline/proto'
import type { Events } from './events.ts'
import type { Store } from './store.ts'

const BATCH = 100

type Deps = { store: Store; bus: Bus; events: Events }

/** Tells the end of runs that no runner cares for any more; like any other end, it is settled when it is heard. */
export async function reapLost(deps: Deps, environment: string): Promise<void> {
  const ids = await deps.store.expired(environment, BATCH)
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
    // The same loss is told once, whoever finds it, and a later attempt's loss is another.
    { id: `${run.id}:${run.attempt}:lost` },
  )
  events.runLost(environment, run.id, run.reason)
}
