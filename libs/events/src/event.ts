import { z } from 'zod'
import { type EventData, type EventType, eventData, Instant } from './event-data.ts'

/** A CloudEvent (1.0, structured JSON) of one type. */
export interface EventOf<Type extends EventType> {
  specversion: '1.0'
  /** The same when the event comes again. */
  id: string
  /** `/environments/<name>` */
  source: string
  type: Type
  time: string
  datacontenttype: 'application/json'
  /** Names type and version of `data`. */
  dataschema: string
  data: EventData<Type>
}
export type Event = { [Type in EventType]: EventOf<Type> }[EventType]

/** Reads an event of a type that is known here. Fields that it does not know are dropped. */
export const Event: z.ZodType<Event> = z.discriminatedUnion('type', [
  eventSchema('run.started'),
  eventSchema('run.ended'),
  eventSchema('run.throttled'),
  eventSchema('sync.stale'),
  eventSchema('sync.fresh'),
  eventSchema('sync.paused'),
  eventSchema('sync.started'),
  eventSchema('system.outage'),
  eventSchema('system.recovered'),
  eventSchema('connection.needs_reauth'),
  eventSchema('connection.reauthorized'),
])

function eventSchema<Type extends EventType>(type: Type) {
  return z.object({
    specversion: z.literal('1.0'),
    id: z.string().min(1),
    source: z.string().regex(/^\/environments\/[a-z0-9_-]+$/),
    type: z.literal(type),
    time: Instant,
    datacontenttype: z.literal('application/json'),
    dataschema: z.string(),
    data: eventData[type],
  })
}

/** What happened, where, and when (Unix milliseconds). */
export interface Happening<Type extends EventType> {
  id: string
  type: Type
  environment: string
  at: number
  data: EventData<Type>
}

export function cloudEvent<Type extends EventType>(it: Happening<Type>): EventOf<Type> {
  return {
    specversion: '1.0',
    id: it.id,
    source: `/environments/${it.environment}`,
    type: it.type,
    time: new Date(it.at).toISOString(),
    datacontenttype: 'application/json',
    dataschema: `urn:syncline:event:${it.type}:1`,
    data: it.data,
  }
}

/** Tokens of its subject after `event.`. */
export function eventTokens({ type, environment }: { type: EventType; environment: string }): string[] {
  return [type, environment]
}
