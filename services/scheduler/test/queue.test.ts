import { namespace } from '@syncline/testkit'
import { expect, test } from 'vitest'
import type { RunnerFacts, Taken } from '../src/store/run-store.ts'
import { ownRedis } from './own-redis.ts'
import { create, end, type Instance, RUNNER, trigger } from './steps.ts'
import { MINUTE_MS, openWorld, type World } from './world.ts'

const SEEDS = [1, 2, 3, 4, 5, 6]

/** Mulberry32 */
function random(seed: number) {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    whole: (below: number) => Math.floor(next() * below),
    chance: (share: number) => next() < share,
    of: <T>(list: T[]): T => list[Math.floor(next() * list.length)] as T,
  }
}

test.for(SEEDS)('whatever happens to runs, all that is kept of them agrees; seed %d', async (seed) => {
  await using redis = await ownRedis()
  await using world = await openWorld({ REDIS_URL: redis.url, SCHEDULER_MAX_RUNS_PER_ENVIRONMENT: '4' })
  const instance = await world.instance()
  const dice = random(seed)
  const ids: string[] = []
  const runners: RunnerFacts[] = [1, 2, 3].map((n) => ({ ...RUNNER, id: `h/${n}/r${n}`, slots: 3 }))
  const held = new Map<string, Taken[]>(runners.map(({ id }) => [id, []]))
  for (let i = 0; i < 24; i++) {
    const integration = dice.of(['github', 'jira'])
    const sync = dice.of(['issues', 'pulls'])
    const overlap = sync === 'issues' ? 'cancel_running' : 'queue_one'
    const fields = {
      ...(sync === 'pulls' && { max_runs: 2, retries: 2 }),
      ...(integration === 'jira' && { pause_after: 3 }),
      overlap,
      interval_ms: MINUTE_MS,
    }
    ids.push(
      await create(instance, {
        environment: `env${dice.whole(3)}`,
        integration,
        sync,
        uid: `uid-${i % 5}`,
        fields,
      }),
    )
  }
  await instance.schedules.setLimit({ environment: 'env0', integration: 'github', maxRuns: 1 })

  for (let step = 0; step < 200; step++) {
    await act(world, instance, dice, { ids, runners, held })
    const problems = await world.problems()
    if (problems.length > 0)
      throw new Error(`after step ${step} of seed ${seed}:\n${problems.slice(0, 5).join('\n')}`)
  }
})

interface Actors {
  ids: string[]
  runners: RunnerFacts[]
  held: Map<string, Taken[]>
}

async function act(world: World, instance: Instance, dice: ReturnType<typeof random>, actors: Actors) {
  const { ids, runners, held } = actors
  const { runs, schedules } = instance
  const runner = dice.of(runners)
  const own = held.get(runner.id) ?? []
  const drop = (taken: Taken) => own.splice(own.indexOf(taken), 1)
  const command = namespace()
  switch (dice.whole(13)) {
    case 0:
    case 1:
      world.clock.advance(dice.whole(20_000))
      await instance.ticker.tick()
      break
    case 2:
    case 3:
    case 4: {
      const reserved = own.filter((taken) => taken.reserved).length
      const free = Math.max(0, runner.slots - (own.length - reserved))
      const before = await limits(world)
      own.push(...(await runs.takeRuns(runner, free, Math.max(0, 1 - reserved))))
      for (const [key, { running, max }] of await limits(world)) {
        // A limit may have been lowered while more were in flight.
        expect(running, key).toBeLessThanOrEqual(Math.max(max, before.get(key)?.running ?? 0))
      }
      break
    }
    case 5:
    case 6:
    case 7: {
      const taken = own[dice.whole(own.length)]
      if (!taken) break
      if (dice.chance(0.3)) await runs.saveCheckpoint(taken.run, taken.attempt, `{"page":${dice.whole(100)}}`)
      const ends = [
        {},
        { outcome: 'FAILED' as const, error: 'no' },
        { outcome: 'THROTTLED' as const, error: '429', resumeAt: world.clock.now + dice.whole(60_000) },
        { outcome: 'HANDED_BACK' as const, error: 'stops', handBack: 'draining' as const },
        { outcome: 'HANDED_BACK' as const, error: 'away', handBack: 'store_unavailable' as const },
      ]
      await end(instance, taken, dice.of(ends))
      drop(taken)
      break
    }
    case 8: {
      const beats = own
        .filter(() => dice.chance(0.95))
        .map(({ run, attempt }) => ({
          run,
          attempt,
          counts: [],
          parked: dice.chance(0.1) ? 'its API makes it wait' : '',
        }))
      const { stops } = await runs.heartbeat(runner, beats)
      for (const { runId } of stops) {
        const stopped = own.find(({ run }) => run === runId)
        if (stopped) drop(stopped)
      }
      break
    }
    case 9:
      await trigger(instance, dice.of(ids), command, {
        reset: dice.chance(0.3),
        emptyCache: dice.chance(0.5),
      })
      break
    case 10:
      await (dice.chance(0.4)
        ? schedules.pause([dice.of(ids)], command)
        : schedules.start([dice.of(ids)], command))
      break
    case 11: {
      const maxRuns = dice.of([undefined, 1, 2, 3])
      const [environment, integration] = [`env${dice.whole(3)}`, dice.of(['', 'github', 'jira'])]
      await schedules.setLimit({ environment, integration, maxRuns, weight: dice.of([1, 2, 5]) })
      break
    }
    case 12:
      await runs.expire(10, instance.clock.jumps)
      break
  }
}

async function limits({ redis, key }: World) {
  const found = new Map<string, { running: number; max: number }>()
  for (const name of ['env:*', 'int:*', 'sync:*']) {
    for (const one of await redis.keys(key(name))) {
      const [running, max] = await redis.hmget(one, 'running', 'max_runs')
      const unlimited = name === 'env:*' ? 4 : Number.POSITIVE_INFINITY
      found.set(one, { running: Number(running ?? 0), max: max ? Number(max) : unlimited })
    }
  }
  return found
}

test('a run that waits for its sync is let in when the one before it is cancelled', async () => {
  await using redis = await ownRedis()
  await using world = await openWorld({ REDIS_URL: redis.url })
  const instance = await world.instance()
  const ids = []
  for (const uid of ['a', 'b', 'c']) ids.push(await create(instance, { uid, fields: { max_runs: 1 } }))
  const [first = expect.fail()] = await instance.runs.takeRuns(RUNNER, 3, 0)
  await end(instance, first) // lets one in, which is not taken yet
  const next = (await world.redis.zrange(world.key('full:sync:1'), '0', '-1')).map((run) => run.split('-')[0])
  const letIn = ids.find((id) => !first.run.startsWith(id) && !next.includes(id)) ?? expect.fail()
  await instance.schedules.pause([letIn], 'pause')
  expect(await world.problems()).toEqual([])
  expect(await instance.runs.takeRuns(RUNNER, 3, 0)).toMatchObject([
    { run: expect.stringContaining(next[0] ?? '?') },
  ])
})
