import { createLog } from '@syncline/service'
import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { migrate } from '../src/migrate/migrate.ts'
import { Definitions } from '../src/reconcile/definitions.ts'
import { createScheduleEvents } from '../src/schedule-events.ts'
import { scheduleId } from '../src/schedules/schedule.ts'
import { CleaningStore } from '../src/store/cleaning-store.ts'
import { openOwnWorld, schedulesIn } from './read-schedules.ts'
import { activeOf } from './steps.ts'
import { ENVIRONMENT, HOUR_MS, MINUTE_MS, type World } from './world.ts'

test.concurrent('schedules of an earlier version are moved with all that they know; runs that were under way begin again', async () => {
  await using world = await openOwnWorld()
  await world.deploy({ name: 'issues', fresh: '1 day' })
  const { uid } = await world.connect('one')
  const number = 17_999_999_000
  const id = await writeOld(world, uid, {
    checkpoint: '{"page":3}',
    last_sync_at: world.clock.now - 2 * HOUR_MS,
    number,
    skipped: 4,
    models: '["Issue","OldModel"]',
    command: 'c1',
    next_at: world.clock.now + MINUTE_MS,
    active: `${scheduleId(ENVIRONMENT, uid, 'issues', 'base')}-${number}`,
  })
  await writeOldRun(world, `${id}-${number}`, { state: 'RUNNING', attempt: 2, cause: 'trigger' })
  const team = await writeOld(world, uid, {
    variant: 'team',
    state: 'PAUSED',
    frequency: '10 minutes',
    blocked: BLOCKED,
    next_at: world.clock.now - HOUR_MS,
  })
  const gone = await writeOld(world, 'another', { connection: 'two', number, last_sync_at: 5 })
  await world.redis.hset(old(world, 'cleaning'), 'f'.repeat(24), JSON.stringify(CLEANING))

  await using _scheduler = await world.scheduler()
  const instance = await world.instance()
  expect(await world.redis.get(world.key('schema'))).toBe('2')
  await eventually(async () => expect(await schedulesIn(world)).toHaveLength(2))
  const [base, variant] = await schedulesIn(world)
  expect(base).toMatchObject({
    id,
    connection: 'one',
    uid,
    variant: 'base',
    state: 'STARTED',
    checkpoint: '{"page":3}',
    lastSyncAt: world.clock.now - 2 * HOUR_MS,
    freshAt: world.clock.now - 2 * HOUR_MS,
    skipped: 4,
    command: 'c1',
    nextAt: world.clock.now + MINUTE_MS,
    definition: { models: ['Issue', 'OldModel'], schedules: 1, variants: 1 },
  })
  expect(await activeOf(instance, id)).toMatchObject({ cause: 'trigger', foundCheckpoint: true })
  expect((await activeOf(instance, id))?.number).toBeGreaterThan(number)
  expect(await instance.runs.ended(id, 50)).toMatchObject([
    { number, outcome: 'LOST', attempt: 2, cause: 'trigger', error: expect.stringContaining('upgraded') },
  ])
  expect(variant).toMatchObject({
    id: team,
    variant: 'team',
    state: 'PAUSED',
    frequency: '10 minutes',
    intervalMs: 10 * MINUTE_MS,
    freshMs: 24 * HOUR_MS,
    // The connection is well: the catalog says so.
    blocked: '',
    active: '',
  })
  expect(await instance.schedules.variantsOf(ENVIRONMENT, [uid])).toEqual(
    new Map([[uid, { issues: ['team'] }]]),
  )
  // A connection that was deleted meanwhile, and a cleaning that was not finished.
  await eventually(() =>
    expect(world.records.state.emptied).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ connection: 'another', model: 'Issue' }),
        expect.objectContaining({ connection: 'deleted', model: 'Comment', variant: 'v' }),
      ]),
    ),
  )
  expect(await world.redis.exists(world.key(`s:${gone}`))).toBe(0)
  expect(await world.redis.keys(`${world.prefix}:*`)).toEqual([])
  expect(await world.problems()).toEqual([])
})

test.concurrent('a migration that is interrupted goes on where it was, and of two instances one does it', async () => {
  await using world = await openOwnWorld()
  await world.deploy({ name: 'issues' })
  const uids = Array.from({ length: 120 }, (_, i) => `uid${i}`)
  for (const uid of uids) await writeOld(world, uid, { connection: uid, checkpoint: `{"of":"${uid}"}` })
  const { schedules, state } = await world.instance()
  const events = createScheduleEvents(createLog('test', 'fatal'))
  const deps = {
    redis: world.redis,
    prefix: world.prefix,
    schedules,
    cleanings: new CleaningStore(state),
    definitions: new Definitions(schedules, events),
    catalog: world.catalog,
    events,
  }
  const stop = new AbortController()
  const interrupted = {
    ...deps,
    schedules: Object.assign(Object.create(schedules), {
      setDefinition: schedules.setDefinition.bind(schedules),
      now: () => schedules.now(),
      async migrate(rows: Parameters<typeof schedules.migrate>[0]) {
        if (stop.signal.aborted) throw new Error('killed')
        stop.abort()
        // Died after the write and before the old keys were dropped.
        await schedules.migrate(rows)
        throw new Error('killed')
      },
    }),
  }
  await expect(migrate(interrupted)).rejects.toThrow('killed')
  expect(await world.redis.get(world.key('schema'))).toBeNull()
  expect((await schedulesIn(world)).length).toBeGreaterThan(0)
  await Promise.all([migrate(deps), migrate(deps)])
  const all = await schedulesIn(world)
  expect(all.map(({ uid, checkpoint }) => [uid, checkpoint]).sort()).toEqual(
    uids.map((uid) => [uid, `{"of":"${uid}"}`]).sort(),
  )
  expect(all[0]?.definition.schedules).toBe(120)
  expect(await world.redis.keys(`${world.prefix}:*`)).toEqual([])
  expect(await world.problems()).toEqual([])
})

const BLOCKED = JSON.stringify({ reason: 'needs_reauth', message: 'x', since: '2026-01-01T00:00:00.000Z' })
const CLEANING = { uid: 'deleted', sync: 'issues', variant: 'v', number: 7, models: '["Comment"]', since: 1 }

const old = ({ prefix }: World, name: string) => `${prefix}:{${ENVIRONMENT}}:${name}`

/** As the last build before schema 2 wrote it. */
async function writeOld(world: World, uid: string, facts: Record<string, string | number>): Promise<string> {
  const { redis } = world
  const variant = String(facts.variant ?? 'base')
  const id = scheduleId(ENVIRONMENT, uid, 'issues', variant)
  await redis.hset(old(world, `schedule:${id}`), {
    ...{
      integration: 'github',
      connection: 'one',
      uid,
      sync: 'issues',
      variant: 'base',
      models: '["Issue"]',
    },
    ...{
      state: 'STARTED',
      default: 'every hour',
      frequency: '',
      next_at: world.clock.now,
      pending_trigger: '',
    },
    ...{ active: '', last_run: '', number: 0, checkpoint: '', last_sync_at: 0, empty_cache: '', skipped: 0 },
    ...{ blocked: '', command: '', ...facts },
  })
  await redis.sadd(`${world.prefix}:environments`, ENVIRONMENT)
  await redis.sadd(old(world, 'connections'), uid)
  await redis.sadd(old(world, `connection:${uid}`), id)
  await redis.zadd(old(world, 'due'), world.clock.now, id)
  return id
}

async function writeOldRun(world: World, id: string, facts: Record<string, string | number>) {
  const { redis } = world
  const [schedule = '', number = ''] = id.split('-')
  await redis.hset(old(world, `run:${id}`), {
    ...{ schedule, number, state: 'QUEUED', attempt: 0, cause: 'schedule', requested_at: world.clock.now },
    ...{
      started_at: 0,
      finished_at: 0,
      outcome: '',
      error: '',
      counts: '[]',
      runner: 'r',
      sandbox: 'oswall',
    },
    ...{ last_lines: '', empty_cache: '', throttles: 0, found_checkpoint: 0, ...facts },
  })
  await redis.lpush(old(world, `runs:${schedule}`), id)
  await redis.zadd(old(world, 'leases'), world.clock.now + MINUTE_MS, id)
}
