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
  for (const number of story.replay.items.keys()) story.replay.change(number, { title: 'changed together' })
  await story.client.triggerSync('github', ['github-issues'], 'demo')
  const record = async () =>
    (await story.records('GithubIssue', { limit: 500 })).find(({ number }) => number === gone)
  await eventually(async () => expect(await record()).toMatchObject({ title: 'changed together' }), {
    everyMs: 10,
  })
  story.replay.remove(gone)
  story.kill('runner')
  await eventually(
    async () => {
      await story.run()
      expect((await record())?._nango_metadata.last_action).toBe('DELETED')
    },
    { timeoutMs: 90_000 },
  )
}, 120_000)
