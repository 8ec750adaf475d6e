import { createHash } from 'node:crypto'
import { Event } from '@syncline/events'
import { connectRedis } from '@syncline/redis'
import { namespace, servers } from '@syncline/testkit'
import { readEvent } from '../src/publish/read-event.ts'
import type { Outcome } from '../src/schedules/run.ts'
import { type AttemptEnd, type RunnerFacts, RunStore, type Taken } from '../src/store/run-store.ts'
import { ScheduleStore } from '../src/store/schedule-store.ts'
import { State } from '../src/store/state.ts'
import { Views } from '../src/store/views.ts'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE

const LIMITS = {
  maxRuns: 200,
  queueTimeoutMs: 24 * HOUR,
  leaseMs: 30_000,
  historyRuns: 50,
  environmentRuns: 10_000,
}

/** The stores of a scheduler on Redis, with a clock, and nothing that ticks. */
export async function openStores(limits: Partial<typeof LIMITS> = {}) {
  const prefix = namespace()
  const redis = connectRedis(servers().redis.url, () => {})
  const clock = { now: 1_800_000_000_000 }
  const state = new State(redis, prefix, { ...LIMITS, ...limits }, () => clock.now)
  const [runs, schedules, views] = [new RunStore(state), new ScheduleStore(state), new Views(state)]
  const runner: RunnerFacts = { id: 'host/1/r1', sandbox: 'oswall', slots: 1000, reservedSlots: 0 }

  const world = {
    redis,
    state,
    clock,
    runs,
    schedules,
    views,
    runner,
    /** What a scheduler with other limits works with. */
    withLimits: (other: Partial<typeof LIMITS>) =>
      new State(redis, prefix, { ...LIMITS, ...other }, () => clock.now),
    /** What a scheduler with another time works with, if scripts compare it with the clock of Redis. */
    withTime: (now: () => number) => new State(redis, prefix, { ...LIMITS, ...limits }, now, true),
    /** A sync that runs every hour, and may be two hours old; returns the number of its definition. */
    async define(sync = 'issues', fields: Record<string, string | number> = {}, environment = 'dev') {
      const defaults = { frequency: 'every hour', interval_ms: HOUR, fresh_ms: 2 * HOUR, longest_ms: HOUR }
      const names = { environment, integration: 'github', sync }
      return (await schedules.setDefinition(names, { ...defaults, ...fields }, ['Issue'])).number
    },
    /** Schedules of connections `c0`, `c1`, …; returns their ids. */
    async create(def: string, count: number, { paused = false, variant = 'base', from = 0 } = {}) {
      const rows = Array.from({ length: count }, (_, i) => ({
        id: idOf(`${def}/c${from + i}/${variant}`),
        connection: `c${from + i}`,
        uid: `uid-c${from + i}`,
        blocked: '',
      }))
      for (let at = 0; at < count; at += 100) {
        await schedules.create(def, rows.slice(at, at + 100), { variant, paused, times: [] })
      }
      return rows.map(({ id }) => id)
    },
    /** What a tick does. */
    async tick() {
      while ((await runs.claimDue(1000, await runs.jumps())).more);
    },
    async take(slots = 1000): Promise<Taken[]> {
      return runs.takeRuns(runner, slots, 0)
    },
    end: ({ run, attempt }: Taken, outcome: Outcome = 'SUCCESS', more: Partial<AttemptEnd> = {}) =>
      runs.endAttempt(run, {
        ...{ attempt, outcome, error: '', counts: [], lastLines: [], heldBack: false, hasBegun: true },
        ...{ resumeAt: 0, maxThrottledMs: 24 * HOUR, handBack: '', version: '' },
        ...more,
      }),
    /** Events since the last call, of these kinds. */
    async events(...kinds: string[]): Promise<StoredEvent[]> {
      const entries = await redis.xrange(state.key('events'), '-', '+')
      await redis.del(state.key('events'))
      // Consumers get what is documented.
      for (const [id, fields] of entries) Event.parse(readEvent(id, fields[1] ?? ''))
      return entries
        .map(([, fields]): StoredEvent => JSON.parse(fields[1] ?? '{}'))
        .filter(({ type }) => kinds.some((kind) => type.startsWith(kind)))
    },
    [Symbol.asyncDispose]: async () => redis.disconnect(),
  }
  return world
}

interface StoredEvent {
  type: string
  environment: string
  // biome-ignore lint/suspicious/noExplicitAny: of any event
  data: Record<string, any>
}

export type Stores = Awaited<ReturnType<typeof openStores>>

function idOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 24)
}
