import { setTimeout as sleep } from 'node:timers/promises'
import { type ServiceName, type Supervised, startService, supervise } from '@syncline/launcher'
import type { NangoRecord } from '@syncline/sdk'
import { eventually } from '@syncline/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  CONNECTION,
  type ExampleSystem,
  INTEGRATION,
  runsOf,
  SYNC,
  startExampleSystem,
} from './example-system.ts'
import { seededRandom } from './seeded-random.ts'

const SECONDS = Number(process.env.STORM_SECONDS ?? 30)
const REPLAY = `STORM_SECONDS=${SECONDS} pnpm exec vitest run --project e2e e2e/storm.test.ts`
const services: ServiceName[] = ['records', 'scheduler', 'runner']

const stack = new AsyncDisposableStack()
let example: ExampleSystem
let victims: Supervised[]

beforeAll(async () => {
  example = stack.use(await startExampleSystem({ items: [], refuseEvery: 7, delayMs: 20 }))
  for (let n = 0; n < 40; n++) example.replay.add({ title: `issue ${n}` })
  const { system } = example
  // Second instances on ports of their own: that of the scheduler claims due schedules, that of the runner pulls runs, and
  // that of records answers anyone who asks it.
  const records = await second('records', { LISTEN: '127.0.0.1:0' })
  const twins = [records, await second('scheduler', { LISTEN: '127.0.0.1:0' }), await second('runner')]
  victims = [...twins, ...[...system.processes].flatMap(([name, it]) => (name === 'gateway' ? [] : [it]))]
})
afterAll(() => stack.disposeAsync())

async function second(name: ServiceName, env: NodeJS.ProcessEnv = {}): Promise<Supervised> {
  const { system } = example
  const fixed = { env: { ...system.serviceEnv[name], ...env }, log: `${system.dir}/logs/${name}-2.log` }
  const start = (opsPort: number) => startService(name, { ...fixed, opsPort })
  return stack.use(await supervise(start))
}

test(
  `two of ${services.join(', ')}, killed at random for ${SECONDS} s: a reader sees every change once, none is missing`,
  async () => {
    const random = seededRandom('STORM_SEED', REPLAY)
    const until = Date.now() + SECONDS * 1000
    const seen: NangoRecord[] = []
    let cursor: string | undefined
    const follow = async () => {
      const fresh = await example.records('GithubIssue', { ...(cursor && { cursor }), limit: 10 })
      seen.push(...fresh)
      cursor = fresh.at(-1)?._nango_metadata.cursor ?? cursor
    }

    const reading = (async () => {
      while (Date.now() < until) {
        await follow().catch(() => {})
        await sleep(100)
      }
    })()
    const changing = (async () => {
      for (let n = 0; Date.now() < until; n++) {
        const numbers = [...example.replay.items.keys()]
        if (n % 10 === 0) example.replay.add({ title: `added in the storm ${n}` })
        else if (n % 17 === 0) example.replay.remove(numbers[n % numbers.length] ?? 0)
        else
          example.replay.change(numbers[(n * 7) % numbers.length] ?? 0, {
            title: `changed in the storm ${n}`,
          })
        await example.client.triggerSync(INTEGRATION, [SYNC], CONNECTION).catch(() => {})
        await sleep(150)
      }
    })()
    let kills = 0
    while (Date.now() < until) {
      await sleep(500 + random() * 1500)
      const { pid } = victims[Math.floor(random() * victims.length)] as Supervised // there are nine
      try {
        process.kill(pid, 'SIGKILL')
        kills++
      } catch {
        // It is being restarted.
      }
    }
    await Promise.all([reading, changing])
    expect(kills).toBeGreaterThan(SECONDS / 5)

    // Only an uninterrupted run finds deletions: the storm may have cut the last one, so repeat until all agree.
    await eventually(
      async () => {
        expect(await example.run()).toMatchObject({ reason: null })
        await follow()
        const newest = new Map(seen.map((record) => [record.number as number, record]))
        const live = [...newest.values()].filter(({ _nango_metadata }) => _nango_metadata.deleted_at === null)
        expect(titles(live)).toEqual(titles([...example.replay.items.values()]))
      },
      { timeoutMs: 200_000 },
    )

    const versions = seen.map(({ id, _nango_metadata }) => `${id} ${_nango_metadata.last_modified_at}`)
    expect(versions.length - new Set(versions).size).toBe(0)
    const { syncs } = await example.client.syncStatus(INTEGRATION, [SYNC], CONNECTION)
    expect(syncs[0]?.recordCount.GithubIssue).toBe(example.replay.items.size)
    expect(
      (await runsOf(example.client)).filter(({ state }) => state !== 'ended').length,
    ).toBeLessThanOrEqual(1)
  },
  SECONDS * 1000 + 300_000,
)

function titles(items: Record<string, unknown>[]): string[] {
  return items.map(({ number, title }) => `${number} ${title}`).sort()
}
