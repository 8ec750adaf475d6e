import { DeliverPolicy } from '@nats-io/jetstream'
import { Event } from '@syncline/api'
import type { Bus } from '@syncline/bus'

/** An event `run.*`, as consumers get it. */
export interface RunEvent {
  type: 'run.started' | 'run.ended' | 'run.throttled'
  schedule: string
  run: string
  attempt: number
  cause: string
  outcome: string
  error: string
  requestedAtMs: number
}

/** All events of runs, each once, in their order. */
export async function readRunEvents(bus: Bus): Promise<RunEvent[]> {
  const stream = `${bus.prefix}_EVENTS`
  const { state } = await bus.manager.streams.info(stream)
  if (state.messages === 0) return []
  const consumer = await bus.jetstream.consumers.get(stream, {
    filter_subjects: `${bus.prefix}.event.run.>`,
    deliver_policy: DeliverPolicy.All,
  })
  const found = new Map<string, RunEvent>()
  for (;;) {
    const batch = await consumer.fetch({ max_messages: 1000, expires: 1000 })
    let read = 0
    for await (const message of batch) {
      read++
      const { id, type, data } = Event.parse(message.json())
      if (!found.has(id)) found.set(id, eventOf(type as RunEvent['type'], data)) // of the filter
    }
    if (read === 0) return [...found.values()]
  }
}

function eventOf(type: RunEvent['type'], data: Record<string, unknown>): RunEvent {
  return {
    type,
    schedule: String(data.schedule),
    run: String(data.run),
    attempt: Number(data.attempt),
    cause: String(data.cause ?? ''),
    outcome: String(data.outcome ?? ''),
    error: String(data.error ?? ''),
    requestedAtMs: data.requested_at ? Date.parse(String(data.requested_at)) : 0,
  }
}
