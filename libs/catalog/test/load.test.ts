import { connectBus } from '@syncline/bus'
import { namespace, servers } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { openCatalog } from '../src/index.ts'
import { startProxy } from './proxy.ts'

const onError = (error: unknown) => {
  throw error
}
const nats = (url: string, prefix: string) => connectBus({ url, prefix, replicas: 1 }, 'test')

/** 150 environments of 20 kB each. */
async function filled(stack: AsyncDisposableStack): Promise<string> {
  const prefix = namespace()
  const here = stack.use(await openCatalog(stack.use(await nats(servers().nats.url, prefix)), onError))
  const name = 'x'.repeat(20_000)
  for (let n = 0; n < 150; n++)
    await here.environments.create({ name, createdAt: '2026-01-01T00:00:00Z' }, `e${n}`)
  return prefix
}

test('a catalog that takes longer to load than the deadline loads, as long as entries come', async () => {
  await using stack = new AsyncDisposableStack()
  const prefix = await filled(stack)
  const proxy = stack.use(await startProxy(servers().nats.url, { bytesPerSecond: 600_000 }))
  const bus = stack.use(await nats(proxy.url, prefix))
  const reports: { received: number; pending: number }[] = []
  const started = Date.now()
  const slow = stack.use(
    await openCatalog(bus, onError, { stallMs: 1500, onProgress: (progress) => reports.push(progress) }),
  )
  expect(Date.now() - started).toBeGreaterThan(3000)
  expect(slow.environments.list()).toHaveLength(150)
  expect(reports.length).toBeGreaterThan(0)
  // And the number of the schema.
  for (const { received, pending } of reports) expect(received + pending).toBe(151)
})

test('a catalog of which no entries come any more is an error that says how far it got', async () => {
  await using stack = new AsyncDisposableStack()
  const prefix = await filled(stack)
  const proxy = stack.use(await startProxy(servers().nats.url, { bytes: 1_000_000 }))
  const bus = stack.use(await nats(proxy.url, prefix))
  await expect(openCatalog(bus, onError, { stallMs: 500 })).rejects.toThrow(
    /^the catalog did not load: after \d\d entries none came for 500 ms, \d+ are still to come$/,
  )
  // A connection on which nothing comes cannot be closed politely.
  proxy.cut()
})
