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
import { generatedItems } from './generated-items.ts'

let example: ExampleSystem
const [ISSUES, PULLS] = [150, 250]
const items = generatedItems(ISSUES, PULLS)
const issues = items.filter((item) => !item.pull_request)

const killed = Promise.withResolvers<void>()

// Many pages, each fifth one refused with 429, and the sixth one comes when the runner was killed. It is missed after its lease.
beforeAll(async () => {
  const env = { RUN_LEASE_MS: '6000' }
  const onList = (n: number) => (n === 6 ? killed.promise : undefined)
  example = await startExampleSystem({ items, refuseEvery: 5, onList, env })
})
afterAll(() => example?.[Symbol.asyncDispose]())

test('kill -9 of the runner in the middle of the first run: it is taken over and ends with all records', async () => {
  await eventually(
    async () => {
      const found = (await example.records('GithubPullRequest')).length
      expect(found).toBeGreaterThan(0)
    },
    { everyMs: 50 },
  )
  example.kill('runner')
  killed.resolve()
  await eventually(
    async () => {
      const [run] = (await runsOf(example.client)).slice(-1)
      expect(run).toMatchObject({ state: 'ended', reason: null })
      expect(run?.attempt).toBeGreaterThan(1)
    },
    { everyMs: 200 },
  )
  const numbers = (await example.records('GithubIssue', { limit: 50 })).map(({ number }) => number)
  expect(numbers.toSorted()).toEqual(issues.map(({ number }) => number).toSorted())
  expect(await example.records('GithubPullRequest', { limit: 50 })).toHaveLength(PULLS)
  const { syncs } = await example.client.syncStatus(INTEGRATION, [SYNC], CONNECTION)
  expect(syncs[0]?.recordCount).toEqual({ GithubIssue: ISSUES, GithubPullRequest: PULLS })
})

test('payloads come through unharmed', async () => {
  const records = await example.records('GithubIssue', { limit: 100 })
  for (const record of records) {
    const source = issues.find(({ number }) => number === record.number)
    expect(record).toMatchObject({ id: source?.id, title: source?.title, body: source?.body })
  }
})

test('one change of many is the only record after the cursor; a deletion is found', async () => {
  const before = (await example.records('GithubIssue', { limit: 100 })).at(-1)?._nango_metadata.cursor ?? ''
  const [changed, removed] = [issues[100]?.number ?? 0, issues[17]?.number ?? 0]
  example.replay.change(changed, { title: 'changed 🎉' })
  await example.run()
  const changes = await example.records('GithubIssue', { cursor: before })
  expect(changes).toMatchObject([
    { number: changed, title: 'changed 🎉', _nango_metadata: { last_action: 'UPDATED' } },
  ])
  const then = changes[0]?._nango_metadata.cursor ?? ''
  example.replay.remove(removed)
  await example.run()
  expect(await example.records('GithubIssue', { cursor: then })).toMatchObject([
    { number: removed, _nango_metadata: { last_action: 'DELETED' } },
  ])
  const again = await example.records('GithubIssue', { limit: 100 })
  expect(again).toHaveLength(ISSUES)
  expect(new Set(again.map(({ id }) => id)).size).toBe(ISSUES)
})
