import { setTimeout as sleep } from 'node:timers/promises'
import type { NangoRecord } from '@syncline/sdk'
import { eventually } from '@syncline/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CONNECTION, INTEGRATION, runsOf, type Story, SYNC, tellStory } from './story.ts'
import { type Supervised, supervise } from './supervise.ts'
import { type ServiceName, startService } from './system.ts'

const SECONDS = Number(process.env.STORM_SECONDS ?? 30)
const services: ServiceName[] = ['records', 'scheduler', 'runner']

const stack = new AsyncDisposableStack()
let story: Story
let victims: Supervised[]

beforeAll(async () => {
  story = stack.use(await tellStory({ items: [], refuseEvery: 7, delayMs: 20 }))
  for (let n = 0; n < 40; n++) story.replay.add({ title: `issue ${n}` })
  const { system } = story
  // Second instances on ports of their own: the scheduler's finds its due schedules, the runner's pulls its runs, and
  // records' is the one that the second runner writes to.
  const records = await second('records', { LISTEN: '127.0.0.1:0' })
  const twins = [records, await second('scheduler', { LISTEN: '127.0.0.1:0' }), await second('runner')]
  victims = [...twins, ...[...system.processes].flatMap(([name, it]) => (name === 'gateway' ? [] : [it]))]
})
afterAll(() => stack.disposeAsync())

async function second(name: ServiceName, env: NodeJS.ProcessEnv = {}): Promise<Supervised> {
  const { system } = story
  const start = (port: number) =>
    startService(name, { ...system.env, ...env }, port, `${system.dir}/logs/${name}-2.log`)
  return stack.use(await supervise(start))
}

test(
  `two of ${services.join(', ')}, killed at random for ${SECONDS} s: a reader sees every change once, none is missing`,
  async () => {
    const until = Date.now() + SECONDS * 1000
    const seen: NangoRecord[] = []
    let cursor: string | undefined
    const follow = async () => {
      const fresh = await story.records('GithubIssue', { ...(cursor && { cursor }), limit: 10 })
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
        const numbers = [...story.replay.items.keys()]
        if (n % 10 === 0) story.replay.add({ title: `added in the storm ${n}` })
        else if (n % 17 === 0) story.replay.remove(numbers[n % numbers.length] ?? 0)
        else
          story.replay.change(numbers[(n * 7) % numbers.length] ?? 0, { title: `changed in the storm ${n}` })
        await story.client.triggerSync(INTEGRATION, [SYNC], CONNECTION).catch(() => {})
        await sleep(150)
      }
    })()
    let kills = 0
    while (Date.now() < until) {
      await sleep(500 + Math.random() * 1500)
      const { pid } = victims[Math.floor(Math.random() * victims.length)] as Supervised // there are nine
      try {
        process.kill(pid, 'SIGKILL')
        kills++
      } catch {
        // It is being started anew.
      }
    }
    await Promise.all([reading, changing])
    expect(kills).toBeGreaterThan(SECONDS / 5)

    // Deletions are found by a pass of one piece, which the storm may have cut: a run or two later all is settled.
    await eventually(
      async () => {
        expect(await story.run()).toMatchObject({ reason: null })
        await follow()
        const newest = new Map(seen.map((record) => [record.number as number, record]))
        const live = [...newest.values()].filter(({ _nango_metadata }) => _nango_metadata.deleted_at === null)
        expect(titles(live)).toEqual(titles([...story.replay.items.values()]))
      },
      { timeoutMs: 120_000 },
    )

    const versions = seen.map(({ id, _nango_metadata }) => `${id} ${_nango_metadata.last_modified_at}`)
    expect(versions.length - new Set(versions).size).toBe(0)
    const { syncs } = await story.client.syncStatus(INTEGRATION, [SYNC], CONNECTION)
    expect(syncs[0]?.recordCount.GithubIssue).toBe(story.replay.items.size)
    expect((await runsOf(story.client)).filter(({ state }) => state !== 'ended').length).toBeLessThanOrEqual(
      1,
    )
  },
  SECONDS * 1000 + 240_000,
)

function titles(items: Record<string, unknown>[]): string[] {
  return items.map(({ number, title }) => `${number} ${title}`).sort()
}
