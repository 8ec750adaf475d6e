import { setTimeout as sleep } from 'node:timers/promises'
import { recordedIssues } from '@syncline/example-github-issues/recorded'
import { type ProcessName, startService } from '@syncline/launcher'
import { eventually } from '@syncline/testkit'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startDeafToEnds } from './deaf-to-ends.ts'
import { type ExampleSystem, startExampleSystem } from './example-system.ts'
import { lastLines } from './last-lines.ts'

let example: ExampleSystem
let beforeList: () => Promise<void>
const takesTime = () => sleep(100)

beforeAll(async () => {
  // A runner that was killed is missed after its lease, in this test four times.
  const env = { RUN_LEASE_MS: '6000' }
  beforeList = takesTime
  example = await startExampleSystem({ items: recordedIssues(), onList: () => beforeList(), env })
  await eventually(async () => expect(await example.records('GithubIssue')).toHaveLength(13))
})
afterAll(() => example?.[Symbol.asyncDispose]())
// Processes come back in any order, so what went wrong is in their logs.
afterEach(({ task }) => {
  if (task.result?.state === 'fail') console.error(lastLines(`${example.system.dir}/logs`))
})

const everyProcess: ProcessName[] = [
  'runner',
  'scheduler',
  'records',
  'gateway',
  'nats',
  'redis',
  'clickhouse',
]

test.each(everyProcess)(
  'kill -9 of %s in the middle of a run: nothing is lost, and the next change arrives',
  async (name) => {
    const title = `changed before ${name} died`
    example.replay.change(5, { title })
    // What was killed before may still be coming back: until then the API refuses, and says so.
    await eventually(() => example.client.triggerSync('github', ['github-issues'], 'demo'))
    example.kill(name)
    await eventually(
      async () => {
        const records = await example.records('GithubIssue')
        expect(records).toHaveLength(13)
        expect(records.find(({ number }) => number === 5)).toMatchObject({ title })
      },
      { timeoutMs: 150_000, everyMs: 250 },
    )
  },
)

test('after all that, no run is left behind, and each record is there once', async () => {
  const run = await eventually(() => example.run())
  expect(run).toMatchObject({ reason: null })
  const ids = (await example.records('GithubIssue')).map(({ id }) => id)
  expect(new Set(ids).size).toBe(13)
})

test('what is deleted at the source after a run has saved it, and before its runner dies, is found all the same', async () => {
  for (let n = 0; n < 300; n++) example.replay.add({ title: `issue ${n}` })
  // From here on there are only the runs that tests ask for.
  await example.client.updateSyncConnectionFrequency('github', 'github-issues', 'demo', 'every day')
  await example.run()
  const gone = [...example.replay.items.keys()][0] as number // the example's first page begins with it
  const dies = Promise.withResolvers<void>()
  let lists = 0
  // It asks for the total, and for the first of several pages.
  beforeList = async () => {
    if (++lists > 2) await dies.promise
  }
  await begin('changed together')
  await eventually(async () => expect(await record(gone)).toMatchObject({ title: 'changed together' }))
  example.replay.remove(gone)
  example.kill('runner')
  beforeList = takesTime
  dies.resolve()
  await isFoundDeleted(gone)
})

test('the same where the runner dies after the last checkpoint, before anybody has heard of the end', async () => {
  const { system } = example
  await using scheduler = await startDeafToEnds(system.serviceEnv.runner.SCHEDULER_ADDRESS as string)
  const env = { ...system.serviceEnv.runner, SCHEDULER_ADDRESS: scheduler.address }
  await using runner = await startService('runner', {
    env,
    opsPort: 0,
    log: `${system.dir}/logs/runner-2.log`,
  })
  example.kill('runner', 'SIGSTOP') // the other one takes the run
  const [gone, goneThen] = [...example.replay.items.keys()] as [number, number] // there are hundreds
  example.replay.remove(gone)
  await begin('changed once more')
  await eventually(() => expect(scheduler.held.ends).toBeGreaterThan(0), { timeoutMs: 120_000 })
  const { syncs } = await example.client.syncStatus('github', ['github-issues'], 'demo')
  expect(syncs[0]?.checkpoint).toMatchObject({ open: false, total: example.replay.items.size })
  expect(await lastActionOf(gone)).toBe('DELETED')
  example.replay.remove(goneThen)
  process.kill(runner.pid, 'SIGKILL')
  example.kill('runner')
  await isFoundDeleted(goneThen)
})

async function begin(title: string): Promise<void> {
  for (const number of example.replay.items.keys()) example.replay.change(number, { title })
  await example.client.triggerSync('github', ['github-issues'], 'demo')
}

async function record(number: number) {
  return (await example.records('GithubIssue', { limit: 500 })).find((record) => record.number === number)
}

const lastActionOf = async (number: number) => (await record(number))?._nango_metadata.last_action

async function isFoundDeleted(number: number): Promise<void> {
  await eventually(
    async () => {
      await example.run()
      expect(await lastActionOf(number)).toBe('DELETED')
    },
    { timeoutMs: 150_000 },
  )
}
