import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from '@syncline/proto'
import { eventually } from '@syncline/testkit'
import { describe, expect, test } from 'vitest'
import { activeRuns, openOwnWorld } from './read-schedules.ts'
import { RUNNER } from './steps.ts'
import { ENVIRONMENT, type World } from './world.ts'

const TIMEOUT_MS = 300_000
const SENT_AT_ONCE = 500
const ONE = { providerConfigKey: 'github', connectionId: 'one' }
const BASE = { name: 'issues', variant: 'base' }

describe('many', { timeout: TIMEOUT_MS }, () => {
  test('5 000 schedules that go at once leave nothing behind, and another environment works meanwhile', async () => {
    await using world = await openOwnWorld({ SCHEDULER_RECONCILE_MS: '3600000' })
    const count = 5_000
    await world.deploy({ name: 'issues' })
    await world.deploy({ name: 'issues' }, 'prod')
    await world.connect('one', 'prod')
    await connectMany(world, count)
    await using _scheduler = await world.scheduler()
    await eventually(async () => expect(await world.redis.zcard(world.key('leases'))).toBe(count + 1), {
      timeoutMs: TIMEOUT_MS,
    })
    // Some have written records.
    const { runs } = await world.instance()
    expect(await runs.takeRuns({ ...RUNNER, slots: 20 }, 20, 0)).toHaveLength(19)

    await world.catalog.integrations.delete(ENVIRONMENT, 'github')
    const answers: number[] = []
    await eventually(
      async () => {
        const sentAt = performance.now()
        const { answer } = await world.command(trigger, 'prod')
        expect(await answer).toMatchObject({ $case: 'done' })
        answers.push(performance.now() - sentAt)
        expect(await world.redis.hexists(world.key('syncs'), `${ENVIRONMENT}/github/issues`)).toBe(0)
      },
      { timeoutMs: TIMEOUT_MS },
    )
    await eventually(async () => expect(await world.redis.exists(world.key('cleaning'))).toBe(0))

    expect(await activeRuns(world)).toHaveLength(1)
    const prod = new Set(['prod', ...(await world.redis.keys(world.key('s:*'))).map(idOf)])
    const left = (await world.redis.keys(world.key('*'))).filter((key) =>
      /:(s|t|r|h|k|due|variants|cleaning|sync|int)(:|$)/.test(key.slice(world.key('').length - 1)),
    )
    expect(left.filter((key) => ![...prod].some((name) => key.includes(name))).sort()).toEqual([
      world.key('due'),
      world.key('sync:2'),
    ])
    for (const index of ['leases', 'watch', `due:prod`]) {
      expect(await world.redis.zcard(world.key(index))).toBe(1)
    }
    expect(await world.problems()).toEqual([])
    const slowest = answers.sort((a, b) => b - a)[0]
    console.log(
      `${answers.length} triggers beside it were answered, the slowest after ${Math.round(slowest ?? 0)} ms`,
    )
  })

  test('3 000 commands in a second to one environment are answered in order, and those of another one meanwhile', async () => {
    await using world = await openOwnWorld()
    for (const environment of [ENVIRONMENT, 'prod']) {
      await world.deploy({ name: 'issues', autoStart: false }, environment)
      await world.connect('one', environment)
    }
    await using _scheduler = await world.scheduler()
    await eventually(async () => expect(await world.redis.keys(world.key('s:*'))).toHaveLength(2))
    const count = 3_000
    const order: number[] = []
    const results = new Map<string, number>()
    const startedAt = performance.now()
    const answered: Promise<unknown>[] = []
    const send = async (i: number) => {
      const { answer } = await world.command(commandOf(i))
      const noted = answer.then((result) => {
        order.push(i)
        const kind = result?.$case === 'refused' ? result.value.code : (result?.$case ?? '')
        results.set(kind, (results.get(kind) ?? 0) + 1)
      })
      answered.push(noted)
    }
    for (let at = 0; at < count; at += SENT_AT_ONCE) {
      await Promise.all(Array.from({ length: SENT_AT_ONCE }, (_, i) => send(at + i)))
    }
    const sentMs = performance.now() - startedAt
    const beside: number[] = []
    let isDone = false
    const all = Promise.all(answered).then(() => {
      isDone = true
    })
    while (!isDone) {
      const sentAt = performance.now()
      expect(await (await world.command(trigger, 'prod')).answer).toMatchObject({ $case: 'done' })
      beside.push(performance.now() - sentAt)
      // Often enough: it is no load of its own.
      await sleep(50)
    }
    await all
    console.log(
      `${count} commands sent in ${Math.round(sentMs)} ms, answered in ${Math.round(performance.now() - startedAt)} ms; ${beside.length} beside, the slowest after ${Math.round(Math.max(...beside))} ms`,
    )
    expect(order).toEqual(Array.from({ length: count }, (_, i) => i))
    expect(Object.fromEntries(results)).toEqual({ done: 0.9 * count, unknown_sync: 0.1 * count })
    expect(await world.problems()).toEqual([])
  })
})

const trigger: NonNullable<Command['action']> = {
  $case: 'trigger',
  value: { target: { ...ONE, syncs: [BASE] }, reset: false, emptyCache: false, withRuns: false },
}

function commandOf(i: number): NonNullable<Command['action']> {
  const target = { ...ONE, syncs: [BASE] }
  if (i % 10 === 9)
    return { $case: 'pause', value: { target: { ...ONE, syncs: [{ name: 'nothing', variant: 'base' }] } } }
  if (i % 10 === 8)
    return { $case: 'setFrequency', value: { ...ONE, sync: BASE, frequency: `${30 + (i % 1000)}m` } }
  if (i % 3 === 0)
    return { $case: 'trigger', value: { target, reset: false, emptyCache: false, withRuns: false } }
  return i % 3 === 1
    ? { $case: 'start', value: { target, withRuns: false } }
    : { $case: 'pause', value: { target } }
}

async function connectMany(world: World, count: number): Promise<void> {
  // So many at once that NATS answers each of them in time on a busy machine.
  for (let at = 0; at < count; at += 100) {
    await Promise.all(Array.from({ length: 100 }, (_, i) => world.connect(`c${at + i}`)))
  }
}

function idOf(key: string): string {
  return key.slice(key.lastIndexOf(':') + 1)
}
