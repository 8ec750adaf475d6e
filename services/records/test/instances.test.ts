import { RecordsDefinition } from '@syncline/proto'
import { connect } from '@syncline/rpc'
import { metrics } from '@syncline/service'
import { eventually, freePort, hostName, namespace } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { startRecords, stream } from './harness.ts'

/** In all instances: they share this process. */
async function lookedUp(): Promise<number> {
  const metric = await metrics.registry.getSingleMetric('syncline_records_heads_looked_up_total')?.get()
  return metric?.values[0]?.value ?? 0
}

test('the saves of a stream go to one of several instances, which knows its heads', async () => {
  const [at, port] = [namespace(), await freePort()]
  using host = hostName(['127.0.0.1', '127.0.0.2'])
  await using _one = await startRecords(at, { env: { LISTEN: `127.0.0.1:${port}` } })
  await using two = await startRecords(at, { env: { LISTEN: `127.0.0.2:${port}` } })
  using connection = connect(`${host.name}:${port}`)
  const records = connection.client(RecordsDefinition)
  // An odd number: in turn they would alternate.
  const streams = Array.from({ length: 15 }, () => stream(records))
  let version = 0
  /** Two saves to each stream: look-ups that they take. */
  const round = async () => {
    const before = await lookedUp()
    for (const _ of [1, 2]) {
      version++
      await Promise.all(streams.map((each) => each.save([{ id: 'a', version }])))
    }
    return (await lookedUp()) - before
  }
  // When the second one is connected, it takes its streams over from the first.
  const settled = async () => {
    for (let n = 0; n < 3; n++) expect(await round()).toBe(0)
  }
  await eventually(settled)

  await two[Symbol.asyncDispose]()
  const moved = await round()
  expect(moved).toBeGreaterThan(0)
  expect(moved).toBeLessThan(2 * streams.length)
  for (const each of streams) expect(await each.all()).toMatchObject([{ id: 'a', version }])
})
