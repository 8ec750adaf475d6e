import { cloudEvent, type Event, type EventData, type EventType, eventData, Instant } from '@syncline/events'
import type { ModelCounts } from '@syncline/proto'
import type { z } from 'zod'

/** What `emit` in ../scripts/prelude.lua writes. */
interface Emitted {
  type: EventType
  environment: string
  at: number
  data: Record<string, unknown>
}
/** With the names and values of Redis: instants are milliseconds, numbers may be text, what is absent is default. */
type Field = (data: Record<string, unknown>) => unknown

/** How each field of an event follows from what a script wrote. */
const fields = new Map(
  Object.entries(eventData).map(([type, { shape }]) => [
    type,
    Object.entries(shape).map(([name, schema]): [string, Field] => [name, fieldOf(name, schema)]),
  ]),
)

const TEXT_MAX = 10_000

/** The event of an entry of the stream `events`; `id` is that of the entry. Throws if it is none that we know. */
export function readEvent(id: string, json: string): Event {
  const { type, environment, at, data } = JSON.parse(json) as Emitted
  const known = fields.get(type)
  if (!known) throw new Error(`an event has no type '${type}'`)
  if (!environment) throw new Error(`an event '${type}' has no environment`)
  const told = Object.fromEntries(known.map(([name, field]) => [name, field(data)]))
  // Tests hold what the scripts write against the schemas of the events.
  return cloudEvent({ id, type, environment, at, data: told as EventData }) as Event
}

function fieldOf(name: string, schema: z.ZodType): Field {
  if (name === 'result') return ({ counts }) => resultOf(counts)
  if (name === 'outcome') return ({ outcome }) => wordOf(outcome)
  // `until` is a keyword of Lua.
  if (name === 'until') return ({ until_ms }) => new Date(Number(until_ms)).toISOString()
  if (schema === Instant) return (data) => new Date(Number(data[name])).toISOString()
  if (schema.type === 'nullable')
    return (data) => (Number(data[name] ?? 0) > 0 ? new Date(Number(data[name])).toISOString() : null)
  if (schema.type === 'number') return (data) => Number(data[name])
  return (data) => text(data[name])
}

const text = (value: unknown) => String(value ?? '').slice(0, TEXT_MAX)

const wordOf = (outcome: unknown) => text(outcome).replace('RUN_OUTCOME_', '').toLowerCase()

/** JSON text, or the array itself; an empty one is an object in Lua. */
function resultOf(counts: unknown) {
  const list = typeof counts === 'string' ? JSON.parse(counts || '[]') : counts
  const models: (Partial<ModelCounts> | [string, number, number, number, number?])[] = Array.isArray(list)
    ? list
    : []
  return Object.fromEntries(
    models.map((it) => {
      const [model, added, updated, deleted] = Array.isArray(it)
        ? it
        : [it.model, it.added, it.updated, it.deleted]
      return [model, { added: added ?? 0, updated: updated ?? 0, deleted: deleted ?? 0 }]
    }),
  )
}
