import { eventually } from '@syncline/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { haveSharedData, sharedItems } from './shared-data.ts'
import { CONNECTION, INTEGRATION, runsOf, type Story, SYNC, tellStory } from './story.ts'

// 228 issues and 334 pull requests, every fifth page refused with 429, and a runner that dies in the middle.
describe.skipIf(!haveSharedData)('562 real items', () => {
  let story: Story
  const items = haveSharedData ? sharedItems() : []
  const issues = items.filter((item) => !item.pull_request)

  beforeAll(async () => {
    story = await tellStory({ items, refuseEvery: 5, delayMs: 150 })
  })
  afterAll(() => story?.[Symbol.asyncDispose]())

  test('kill -9 of the runner in the middle of the first run: it is taken over and ends with all records', async () => {
    await eventually(
      async () => {
        const found = (await story.records('GithubPullRequest')).length
        expect(found).toBeGreaterThan(0)
      },
      { timeoutMs: 30_000, everyMs: 50 },
    )
    story.kill('runner')
    await eventually(
      async () => {
        const [run] = (await runsOf(story.client)).slice(-1)
        expect(run).toMatchObject({ state: 'ended', reason: null })
        expect(run?.attempt).toBeGreaterThan(1)
      },
      { timeoutMs: 60_000, everyMs: 200 },
    )
    const numbers = (await story.records('GithubIssue', { limit: 50 })).map(({ number }) => number)
    expect(numbers.toSorted()).toEqual(issues.map(({ number }) => number).toSorted())
    expect(await story.records('GithubPullRequest', { limit: 50 })).toHaveLength(334)
    const { syncs } = await story.client.syncStatus(INTEGRATION, [SYNC], CONNECTION)
    expect(syncs[0]?.recordCount).toEqual({ GithubIssue: 228, GithubPullRequest: 334 })
  })

  test('payloads come through unharmed', async () => {
    const records = await story.records('GithubIssue', { limit: 100 })
    for (const record of records) {
      const source = issues.find(({ number }) => number === record.number)
      expect(record).toMatchObject({ id: source?.id, title: source?.title, body: source?.body })
    }
  })

  test('one change of many is the only record after the cursor; a deletion is found', async () => {
    const before = (await story.records('GithubIssue', { limit: 100 })).at(-1)?._nango_metadata.cursor ?? ''
    const [changed, removed] = [issues[100]?.number ?? 0, issues[17]?.number ?? 0]
    story.replay.change(changed, { title: 'changed 🎉' })
    await story.run()
    const changes = await story.records('GithubIssue', { cursor: before })
    expect(changes).toMatchObject([
      { number: changed, title: 'changed 🎉', _nango_metadata: { last_action: 'UPDATED' } },
    ])
    const then = changes[0]?._nango_metadata.cursor ?? ''
    story.replay.remove(removed)
    await story.run()
    expect(await story.records('GithubIssue', { cursor: then })).toMatchObject([
      { number: removed, _nango_metadata: { last_action: 'DELETED' } },
    ])
    const again = await story.records('GithubIssue', { limit: 100 })
    expect(again).toHaveLength(228)
    expect(new Set(again.map(({ id }) => id)).size).toBe(228)
  })
})
