import { type Bus, publish, runCancelled, subjects } from '@syncline/bus'
import type { Events } from './events.ts'
import { outcomeOnWire } from './schedule.ts'
import type { Store } from './store.ts'

const BATCH = 100

/**
 * Sends what the scripts have put into the outbox, and returns how much that was.
 *
 * If we die before a message is sent, the next tick of any instance sends it. If we die after it was sent and before
 * it is marked, it is sent again: JetStream drops the repetition by its id for two minutes, and after that a runner is
 * told at StartAttempt that the run has ended, or takes it over.
 */
export async function sendOutbox(
  { store, bus, events }: { store: Store; bus: Bus; events: Events },
  environment: string,
): Promise<number> {
  const messages = await store.outbox(environment, BATCH)
  if (messages.length === 0) return 0
  await Promise.all(
    messages.map(async (message) => {
      const [kind, run = ''] = message.split(':')
      if (kind === 'requested') await sendRequest(run)
      else await sendEnd(run)
    }),
  )
  await store.markSent(environment, messages)
  return messages.length

  async function sendRequest(run: string) {
    await publish(bus, subjects.runRequested, [environment], { environment, runId: run }, { id: run })
    events.runRequested(environment, run)
  }

  /** Only cancelled runs are ended here: any other end comes from the runner, or from `reapLost`. */
  async function sendEnd(runId: string) {
    // Its runner hears at once, if it listens, and else by its next heartbeat.
    bus.connection.publish(runCancelled(bus, runId))
    const run = await store.run(environment, runId)
    if (run === undefined || run.outcome === '') return
    const { attempt, error, counts, finishedAt: finishedAtMs } = run
    const end = {
      environment,
      runId,
      attempt,
      outcome: outcomeOnWire(run.outcome),
      error,
      counts,
      finishedAtMs,
      lastLines: [],
    }
    await publish(bus, subjects.runFinished, [environment], end, { id: `${runId}:ended` })
    events.runSettled(environment, runId, run.outcome)
  }
}
