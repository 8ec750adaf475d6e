import { type Bus, connectBus } from '@syncline/bus'
import { eventually, namespace, servers } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { Bucket } from '../src/bucket.ts'
import { Bundles } from '../src/bundles.ts'
import { type Catalog, type CatalogChange, openCatalog, type Sync } from '../src/index.ts'
import { startProxy } from './proxy.ts'

const NOW = { tombstoneMs: 0, bundleMs: 0 }
const dev = { name: 'dev', createdAt: '2026-01-01T00:00:00.000Z' }

async function opened(stack: AsyncDisposableStack, prefix: string, url = servers().nats.url) {
  const bus = stack.use(await connectBus({ url, prefix, replicas: 1 }, 'test'))
  const errors: unknown[] = []
  const catalog = stack.use(await openCatalog(bus, (error) => void errors.push(error)))
  return { bus, catalog, errors }
}

/** After now: what happened before is older than nothing. */
const later = () => Date.now() + 1

async function stored(bus: Bus, stream: string): Promise<number> {
  const bucket = `${stream}_${bus.prefix}_${stream === 'KV' ? 'catalog' : 'bundles'}`
  const { messages } = (await bus.manager.streams.info(bucket)).state
  // Without the number of the schema.
  return stream === 'KV' ? messages - 1 : messages
}

test('tombstones go after their time, and what is stored stays', async () => {
  await using stack = new AsyncDisposableStack()
  const { bus, catalog } = await opened(stack, namespace())
  for (let n = 0; n < 20; n++) await catalog.environments.create({ ...dev, name: `e${n}` }, `e${n}`)
  for (let n = 0; n < 10; n++) await catalog.environments.delete(`e${n}`)
  await catalog.environments.create(dev, 'dev')
  expect(await catalog.garbage.collect()).toEqual({ tombstones: 0, bundles: 0 })
  expect(await stored(bus, 'KV')).toBe(21)
  expect(await catalog.garbage.collect(later(), NOW)).toEqual({ tombstones: 10, bundles: 0 })
  expect(await stored(bus, 'KV')).toBe(11)
  await catalog.environments.create({ ...dev, name: 'e1' }, 'e1')
  expect(catalog.environments.list()).toHaveLength(12)
  const late = await opened(stack, bus.prefix)
  expect(late.catalog.environments.list()).toHaveLength(12)
})

test('the newest entry stays though it is a tombstone: a process that loads the catalog waits for it', async () => {
  await using stack = new AsyncDisposableStack()
  const { bus, catalog } = await opened(stack, namespace())
  await catalog.environments.create(dev, 'dev')
  await catalog.environments.delete('dev')
  expect((await catalog.garbage.collect(later(), NOW)).tombstones).toBe(0)
  expect(await stored(bus, 'KV')).toBe(1)
})

test('what was made again after a tombstone was read is not removed with it', async () => {
  await using stack = new AsyncDisposableStack()
  const { bus, catalog } = await opened(stack, namespace())
  const bucket = await Bucket.open(bus, `${bus.prefix}_catalog`)
  await catalog.environments.create(dev, 'dev')
  await catalog.environments.delete('dev')
  const tombstone = await bucket.kv.get('environment.dev')
  await catalog.environments.create(dev, 'dev')
  await bucket.remove(tombstone?.revision ?? 0)
  expect((await bucket.kv.get('environment.dev'))?.operation).toBe('PUT')
})

test('a process that was cut off for longer than tombstones live drops what was deleted, and tells of it', async () => {
  await using stack = new AsyncDisposableStack()
  const prefix = namespace()
  const proxy = stack.use(await startProxy(servers().nats.url))
  const here = await opened(stack, prefix)
  for (const name of ['dev', 'gone']) await here.catalog.environments.create({ ...dev, name }, name)
  const away = await opened(stack, prefix, proxy.url)
  const changes: CatalogChange[] = []
  away.catalog.onChange((change) => changes.push(change))

  proxy.cut()
  await here.catalog.environments.delete('gone')
  await here.catalog.environments.create({ ...dev, name: 'new' }, 'new')
  expect((await here.catalog.garbage.collect(later(), NOW)).tombstones).toBe(1)
  proxy.join()

  await eventually(() =>
    expect(away.catalog.environments.list().map(({ name }) => name)).toEqual(['dev', 'new']),
  )
  expect(changes.filter(({ deleted }) => deleted)).toEqual([
    { kind: 'environment', value: { ...dev, name: 'gone' }, deleted: true },
  ])
})

test('a catalog that was made anew does not take the copy in memory with it', async () => {
  await using stack = new AsyncDisposableStack()
  const prefix = namespace()
  const proxy = stack.use(await startProxy(servers().nats.url))
  const here = await opened(stack, prefix)
  await here.catalog.environments.create(dev, 'dev')
  const away = await opened(stack, prefix, proxy.url)

  proxy.cut()
  await here.bus.manager.streams.delete(`KV_${prefix}_catalog`)
  await Bucket.open(here.bus, `${prefix}_catalog`)
  proxy.join()

  await eventually(() => expect(String(away.errors)).toContain('restart the process'))
  expect(away.catalog.environments.list()).toEqual([dev])
})

test('bundles go when no sync has referred to them for their time', async () => {
  await using stack = new AsyncDisposableStack()
  const { bus, catalog } = await opened(stack, namespace())
  const [kept, old] = [await catalog.bundles.put('kept'), await catalog.bundles.put('old')]
  await deploy(catalog, kept)
  const HOUR_MS = 3_600_000
  const now = Date.now()
  expect((await catalog.garbage.collect(now + 10 * HOUR_MS, { bundleMs: HOUR_MS })).bundles).toBe(0)
  expect((await catalog.garbage.collect(later() + 1, NOW)).bundles).toBe(0)
  await eventually(async () =>
    expect((await catalog.garbage.collect(later() + 10 * HOUR_MS, NOW)).bundles).toBe(1),
  )
  await expect(catalog.bundles.get(old)).rejects.toMatchObject({ code: 'not_found' })
  expect(await catalog.bundles.get(kept)).toBe('kept')
  // A description and one chunk: nothing of the other is left.
  expect(await stored(bus, 'OBJ')).toBe(2)
  expect(await catalog.bundles.put('old')).toBe(old)
  expect(await catalog.bundles.get(old)).toBe('old')
})

test('a bundle that was written a moment ago stays, used or not', async () => {
  await using stack = new AsyncDisposableStack()
  const { bus } = await opened(stack, namespace())
  const bundles = await Bundles.open(bus, `${bus.prefix}_bundles`)
  const key = await bundles.put('text')
  expect(await bundles.remove(key, 60_000)).toBe(false)
  expect(await bundles.get(key)).toBe('text')
})

async function deploy({ syncs }: Catalog, bundle: string): Promise<void> {
  const sync: Sync = {
    environment: 'dev',
    integration: 'github',
    name: 'issues',
    description: '',
    version: '1',
    models: ['Issue'],
    frequency: 'every hour',
    autoStart: true,
    trackDeletes: false,
    retries: 0,
    overlap: 'skip',
    bundle,
    deployedAt: dev.createdAt,
  }
  await syncs.create(sync, 'dev', 'github', 'issues')
}
