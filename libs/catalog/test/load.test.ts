import { connectBus } from '@syncline/bus'
import { namespace, servers } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { openCatalog } from '../src/index.ts'
import { waitUntilLoaded } from '../src/wait-until-loaded.ts'
import { startProxy } from './proxy.ts'

test('a catalog that takes longer to load than the deadline loads, as long as it gets on', async () => {
  await using stack = new AsyncDisposableStack()
  const prefix = namespace()
  const onError = (error: unknown) => {
    throw error
  }
  const nats = (url: string) => connectBus({ url, prefix, replicas: 1 }, 'test')
  const here = stack.use(await openCatalog(stack.use(await nats(servers().nats.url)), onError))
  const name = 'x'.repeat(20_000)
  for (let n = 0; n < 150; n++)
    await here.environments.create({ name, createdAt: '2026-01-01T00:00:00Z' }, `e${n}`)

  // 3 MB at 600 kB a second.
  const proxy = stack.use(await startProxy(servers().nats.url, 600_000))
  const bus = stack.use(await nats(proxy.url))
  const reports: { received: number; pending: number }[] = []
  const started = Date.now()
  const slow = stack.use(
    await openCatalog(bus, onError, { stallMs: 1500, onProgress: (progress) => reports.push(progress) }),
  )
  expect(Date.now() - started).toBeGreaterThan(3000)
  expect(slow.environments.list()).toHaveLength(150)
  expect(reports.length).toBeGreaterThan(0)
  for (const { received, pending } of reports) expect(received + pending).toBe(150)
})

test('a catalog of which nothing comes any more is an error that says how far it got', async () => {
  const stuck = { loaded: new Promise<void>(() => {}), progress: { received: 7, pending: 93 } }
  await expect(waitUntilLoaded(stuck, 20, () => {})).rejects.toThrow(
    'after 7 entries none came for 20 ms, 93 are still to come',
  )
})
