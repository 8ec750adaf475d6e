import { eventually, servers } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { clickhouseProxy } from './clickhouse-proxy.ts'
import { startRecords, stream } from './harness.ts'

test('a reader that goes away leaves no query behind, neither running nor waiting', async () => {
  await using proxy = await clickhouseProxy(servers().clickhouse.url)
  await using store = await startRecords(undefined, { clickhouse: proxy.url })
  const issues = stream(store.records)
  await issues.save([{ id: 'a' }])
  const listed = { stream: issues.stream, limit: 10 }
  await eventually(async () =>
    expect(await issues.list({ ids: ['a'] })).toMatchObject({ records: [{ id: 'a' }] }),
  )

  proxy.hold()
  const before = proxy.held.size
  const callers = new AbortController()
  const { signal } = callers
  const kinds = [
    () => Array.fromAsync(store.records.listRecords(listed, { signal })),
    () => Array.fromAsync(store.records.listRecords({ ...listed, ids: ['a'] }, { signal })),
    () => Array.fromAsync(store.records.listRecords({ ...listed, asOfMs: Date.now() }, { signal })),
    () => Array.fromAsync(store.records.listVersions({ ...listed, id: 'a' }, { signal })),
    () => store.records.listLogs({ environment: 'dev', runId: 'r', limit: 1 }, { signal }),
  ]
  const calls = Promise.allSettled(Array.from({ length: 60 }, (_, i) => kinds[i % kinds.length]?.()))
  await eventually(() => expect(proxy.held.size - before).toBeGreaterThanOrEqual(12))
  callers.abort()
  expect((await calls).every(({ status }) => status === 'rejected')).toBe(true)
  await eventually(() => expect(proxy.held.size).toBeLessThanOrEqual(before + 4), { timeoutMs: 5000 })

  proxy.release()
  expect((await issues.list()).records).toHaveLength(1)
})
