import { type Repetition, repeat } from '@syncline/async'
import { type Appended, Appender, type Bus, subjects } from '@syncline/bus'
import { type Event, eventTokens } from '@syncline/events'
import { type Held, type Redis, redisCall, tryMutex } from '@syncline/redis'
import type { PublisherEvents } from './publisher-events.ts'
import { readEvent } from './read-event.ts'

/** How soon an event is found. Those of this time go together: to move one costs five calls, and to move many hardly more. */
const EVERY_MS = 100
/** After a look that found none. */
const REST_MS = 250
const RETRY_MS = 2000
const BATCH = 500
/** Another instance goes on so long after one that has died. */
const HOLD_MS = 15_000
/** How often an instance that does not publish asks whether it may. */
const ASK_MS = 2000

type Deps = {
  redis: Redis
  /** Begins the keys of the scheduler. */
  base: string
  bus: Bus
  events: PublisherEvents
}

/**
 * Moves events from the Redis stream `events`, where scripts write them with the change that they tell of, to JetStream. One
 * instance does it at a time. An event is removed from Redis when JetStream has it: if we die between the two, the next
 * instance finds that it is the last one there, or JetStream drops the repetition by its id; after an outage of some minutes it
 * may come twice.
 */
export function publishEvents(deps: Deps): Repetition {
  const publisher = new EventPublisher(deps)
  let restsUntil = 0
  const publish = async () => {
    if (performance.now() < restsUntil) return false
    const count = await publisher.publishBatch()
    if (count === 0) restsUntil = performance.now() + REST_MS
    return count === BATCH
  }
  const publishing = repeat(EVERY_MS, publish, { onFailure: deps.events.failed, retryMs: RETRY_MS })
  return {
    wake: publishing.wake,
    async [Symbol.asyncDispose]() {
      await publishing[Symbol.asyncDispose]()
      await publisher[Symbol.asyncDispose]()
    },
  }
}

export class EventPublisher implements AsyncDisposable {
  readonly #deps: Deps
  readonly #appender: Appender<Event>
  #held: Held | undefined
  #askAt = 0

  constructor(deps: Deps) {
    this.#deps = deps
    this.#appender = new Appender(deps.bus, subjects.event)
  }

  /** How many events have left Redis, of {@link BATCH} at most. */
  async publishBatch(): Promise<number> {
    if (!(await this.#isOurs())) return 0
    const { redis, base, events } = this.#deps
    const key = `${base}events`
    const entries = await redisCall(redis.xrange(key, '-', '+', 'COUNT', BATCH))
    const last = entries.at(-1)
    if (!last) return 0
    const readable = entries.flatMap(([id, fields]) => this.#read(id, fields[1] ?? ''))
    const durable = await this.#appender.append(readable)
    const upTo = durable === readable.length ? last[0] : readable[durable - 1]?.id
    if (upTo === undefined) return 0
    const [, dropped] = await redisCall(
      Promise.all([redis.xtrim(key, 'MINID', after(upTo)), redis.getdel(`${base}events_dropped`)]),
    )
    events.published(durable)
    if (dropped !== null) events.dropped(Number(dropped))
    return upTo === last[0] ? entries.length : durable
  }

  #read(id: string, json: string): Appended<Event>[] {
    try {
      const message = readEvent(id, json)
      const environment = message.source.split('/')[2] ?? ''
      return [{ id, tokens: eventTokens({ type: message.type, environment }), message }]
    } catch (error) {
      this.#deps.events.unreadable(id, error)
      return []
    }
  }

  async #isOurs(): Promise<boolean> {
    if (this.#held?.signal.aborted) await this[Symbol.asyncDispose]()
    if (this.#held) return true
    if (performance.now() < this.#askAt) return false
    const { redis, base } = this.#deps
    this.#held = await tryMutex({ redis, key: `${base}events_publisher` }, HOLD_MS)
    if (!this.#held) this.#askAt = performance.now() + ASK_MS
    return this.#held !== undefined
  }

  async [Symbol.asyncDispose]() {
    await this.#held?.[Symbol.asyncDispose]()
    this.#held = undefined
  }
}

/** The id of a Redis stream that follows `id`. */
function after(id: string): string {
  const [ms, count] = id.split('-')
  return `${ms}-${Number(count) + 1}`
}
