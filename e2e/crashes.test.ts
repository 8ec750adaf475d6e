import { recordedIssues } from '@syncline/example-github-issues/recorded'
import { eventually } from '@syncline/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Story, tellStory } from './story.ts'
import type { ProcessName } from './system.ts'

let story: Story

beforeAll(async () => {
  story = await tellStory({ items: recordedIssues(), delayMs: 100 })
  await eventually(async () => expect(await story.records('GithubIssue')).toHaveLength(13), {
    timeoutMs: 30_000,
  })
})
afterAll(() => story?.[Symbol.asyncDispose]())

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
    story.replay.change(5, { title })
    // What was killed before may still be coming back: until then the API refuses, and says so.
    await eventually(() => story.client.triggerSync('github', ['github-issues'], 'demo'), {
      timeoutMs: 30_000,
    })
    story.kill(name)
    await eventually(
      async () => {
        const records = await story.records('GithubIssue')
        expect(records).toHaveLength(13)
        expect(records.find(({ number }) => number === 5)).toMatchObject({ title })
      },
      { timeoutMs: 90_000, everyMs: 250 },
    )
  },
)

test('after all that, no run is left behind, and each record is there once', async () => {
  const run = await eventually(() => story.run(), { timeoutMs: 60_000 })
  expect(run).toMatchObject({ reason: null })
  const ids = (await story.records('GithubIssue')).map(({ id }) => id)
  expect(new Set(ids).size).toBe(13)
})

test('what is deleted at the source after a run has saved it, and before its runner dies, is found all the same', async () => {
  // Several pages, so that there is time between the first one and the end.
  for (let n = 0; n < 300; n++) story.replay.add({ title: `issue ${n}` })
  await story.run()
  const gone = [...story.replay.items.keys()][0] as number // the example's first page begins with it
  await begin('changed together')
  await eventually(async () => expect(await record(gone)).toMatchObject({ title: 'changed together' }), {
    everyMs: 10,
  })
  story.replay.remove(gone)
  story.kill('runner')
  await isFoundDeleted(gone)
}, 120_000)

test('the same where the runner dies after the last checkpoint, before anybody has heard of the end', async () => {
  const [gone, goneThen] = [...story.replay.items.keys()] as [number, number] // there are hundreds
  story.replay.remove(gone)
  await begin('changed once more')
  await eventually(async () => expect(await record(goneThen)).toMatchObject({ title: 'changed once more' }), {
    everyMs: 10,
  })
  story.kill('nats', 'SIGSTOP')
  await eventually(async () => {
    const { syncs } = await story.client.syncStatus('github', ['github-issues'], 'demo')
    expect(syncs[0]?.checkpoint).toMatchObject({ open: false, total: story.replay.items.size })
    expect(await lastActionOf(gone)).toBe('DELETED')
  })
  story.replay.remove(goneThen)
  story.kill('runner')
  story.kill('nats') // with what the runner has sent it meanwhile
  await isFoundDeleted(goneThen)
}, 120_000)

async function begin(title: string): Promise<void> {
  for (const number of story.replay.items.keys()) story.replay.change(number, { title })
  await story.client.triggerSync('github', ['github-issues'], 'demo')
}

async function record(number: number) {
  return (await story.records('GithubIssue', { limit: 500 })).find((record) => record.number === number)
}

const lastActionOf = async (number: number) => (await record(number))?._nango_metadata.last_action

async function isFoundDeleted(number: number): Promise<void> {
  await eventually(
    async () => {
      await story.run()
      expect(await lastActionOf(number)).toBe('DELETED')
    },
    { timeoutMs: 90_000 },
  )
}
