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
  const found = new Map<string, RunEvent>()
  if (state.messages === 0) return []
  const consumer = await bus.jetstream.consumers.get(stream, { deliver_policy: DeliverPolicy.All })
  const messages = await consumer.consume()
  for await (const message of messages) {
    const { id, type, data } = Event.parse(message.json())
    if (type.startsWith('run.') && !found.has(id)) found.set(id, eventOf(type as RunEvent['type'], data))
    if (message.seq >= state.last_seq) break
  }
  return [...found.values()]
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
