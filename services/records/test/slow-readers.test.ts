import { ListRecordsRequest, RecordsDefinition } from '@syncline/proto'
import { metrics } from '@syncline/service'
import { eventually, slowCall } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { type Records, startRecords, stream } from './harness.ts'

const MIB = 1024 * 1024
const path = `/${RecordsDefinition.fullName}/${RecordsDefinition.methods.listRecords.name}`

/** Of pages, in this process. */
async function heldBytes(): Promise<number> {
  const metric = await metrics.registry.getSingleMetric('syncline_records_page_bytes')?.get()
  return metric?.values[0]?.value ?? Number.NaN
}

/** A stream of an environment of its own, of which a page is 16 MiB. */
async function largeStream({ records }: Records) {
  const large = stream(records, { environment: 'large' })
  for (let n = 0; n < 5; n++)
    await large.save(Array.from({ length: 4 }, (_, i) => ({ id: `${n}-${i}`, text: 'x'.repeat(MIB) })))
  return large
}

/** Asks for a page and takes nothing of it. */
function slowReader({ service }: Records, { stream: of }: ReturnType<typeof stream>) {
  const request = ListRecordsRequest.fromPartial({ stream: of, limit: 20 })
  return slowCall(service.port, path, ListRecordsRequest.encode(request).finish())
}

test('64 slow readers of large pages have a bounded share of memory, and readers of others are served', async () => {
  await using store = await startRecords()
  const large = await largeStream(store)
  const small = stream(store.records)
  await small.save(Array.from({ length: 300 }, (_, i) => ({ id: `r${i}` })))

  await using opened = new AsyncDisposableStack()
  const slow = await Promise.all(Array.from({ length: 64 }, () => slowReader(store, large)))
  for (const each of slow) opened.use(each)
  let refused = 0
  for (const { headers } of slow)
    void headers.then((answer) => {
      if (answer['grpc-status'] !== undefined) refused++
    })
  await Promise.race(slow.map(({ headers }) => headers))
  let most = 0
  for (let rounds = 0; refused === 0 || rounds < 20; rounds++) {
    expect(await small.all(100)).toHaveLength(300)
    most = Math.max(most, await heldBytes())
  }
  expect(most).toBeGreaterThan(16 * MIB)
  expect(most).toBeLessThanOrEqual(64 * MIB)

  const answers = await Promise.all(slow.map(({ headers }) => headers))
  const errors = answers.filter((answer) => answer['grpc-status'] !== undefined)
  expect(errors.length).toBeGreaterThanOrEqual(61)
  for (const error of errors) {
    expect(error['syncline-code']).toBe('unavailable')
    const message = decodeURIComponent(String(error['grpc-message']))
    expect(message).toMatch(/^timed out after 10 s: pages of environment large .* take them faster/)
  }
  expect(await heldBytes()).toBeGreaterThan(16 * MIB)
  await opened.disposeAsync()
  await eventually(async () => expect(await heldBytes()).toBe(0))
})

test('a reader that waits is served when slow readers of its environment are cut off', async () => {
  await using store = await startRecords(undefined, { env: { RECORDS_READ_SLOW_CLIENT_MS: '1000' } })
  const large = await largeStream(store)
  await using one = await slowReader(store, large)
  await using other = await slowReader(store, large)
  await Promise.all([one.headers, other.headers])
  const page = await large.list({ limit: 20 })
  expect(page.records.length).toBeGreaterThan(10)
  expect(await Promise.race([one.closed, other.closed])).not.toBe(0)
})

test('a page holds memory until its client has it, and none after', async () => {
  await using store = await startRecords()
  const large = await largeStream(store)
  await using slow = await slowReader(store, large)
  await slow.headers
  expect(await heldBytes()).toBeGreaterThan(16 * MIB)
  expect((await slow.take()).length).toBeGreaterThan(10 * MIB)
  await eventually(async () => expect(await heldBytes()).toBe(0))
})
