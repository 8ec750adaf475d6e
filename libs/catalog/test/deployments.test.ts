import { type Bus, connectBus } from '@syncline/bus'
import { eventually, namespace, servers } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { type Catalog, openCatalog, type Sync } from '../src/index.ts'

const ENVIRONMENT = 'dev'

async function opened(stack: AsyncDisposableStack, prefix: string): Promise<{ bus: Bus; catalog: Catalog }> {
  const bus = stack.use(await connectBus({ url: servers().nats.url, prefix, replicas: 1 }, 'test'))
  return { bus, catalog: stack.use(await openCatalog(bus, () => {})) }
}

const sync = (name: string, version: string, bundle = 'x'): Sync => ({
  ...{ environment: ENVIRONMENT, integration: 'crm', name, description: '', version, models: ['Contact'] },
  ...{ frequency: 'every hour', autoStart: true, trackDeletes: false, retries: 0, overlap: 'skip', bundle },
  deployedAt: '2026-01-01T00:00:00.000Z',
})
const names = Array.from({ length: 50 }, (_, n) => `sync-${n}`)
const writes = ({ syncs }: Catalog, version: string, of = names, bundle?: string) =>
  of.map((name) => syncs.writeOf(sync(name, version, bundle), ENVIRONMENT, 'crm', name))
const removals = ({ syncs }: Catalog, of = names) =>
  of.map((name) => syncs.writeOf(null, ENVIRONMENT, 'crm', name))
const versions = ({ syncs }: Catalog) => [...new Set(syncs.list(ENVIRONMENT).map(({ version }) => version))]

test('a deployment is in the copy of the process that made it when it is done', async () => {
  await using stack = new AsyncDisposableStack()
  const { catalog } = await opened(stack, namespace())
  const since = await catalog.deployments.begin(ENVIRONMENT)
  expect(await catalog.deployments.commit(ENVIRONMENT, since, writes(catalog, '1'))).toBe(true)
  expect(catalog.syncs.list(ENVIRONMENT)).toHaveLength(50)
  const next = await catalog.deployments.begin(ENVIRONMENT)
  const some = [...removals(catalog, names.slice(0, 10)), ...writes(catalog, '2', names.slice(10, 20))]
  expect(await catalog.deployments.commit(ENVIRONMENT, next, some)).toBe(true)
  expect(catalog.syncs.list(ENVIRONMENT)).toHaveLength(40)
  expect(versions(catalog).sort()).toEqual(['1', '2'])
})

test('one that its process left half-way is finished by another one, before the next is planned', async () => {
  await using stack = new AsyncDisposableStack()
  const prefix = namespace()
  const dying = await opened(stack, prefix)
  const other = await opened(stack, prefix)
  const since = await dying.catalog.deployments.begin(ENVIRONMENT)
  // It dies after the entry of the deployment and some of its writes.
  await dying.catalog.deployments.record(ENVIRONMENT, since, writes(dying.catalog, '1'))
  for (const name of names.slice(0, 7))
    await dying.catalog.syncs.create(sync(name, '1'), ENVIRONMENT, 'crm', name)
  await other.catalog.deployments.begin(ENVIRONMENT)
  expect(other.catalog.syncs.list(ENVIRONMENT)).toHaveLength(50)
  await eventually(() =>
    expect(other.catalog.lastDeployments.peek(ENVIRONMENT)).toMatchObject({ state: 'applied' }),
  )
})

test('a process that was suspended while it wrote changes nothing of what was deployed since', async () => {
  await using stack = new AsyncDisposableStack()
  const prefix = namespace()
  const { catalog: slow } = await opened(stack, prefix)
  const { bus, catalog: fast } = await opened(stack, prefix)
  const first = await slow.deployments.begin(ENVIRONMENT)
  const begun = await slow.deployments.record(ENVIRONMENT, first, writes(slow, '1'))
  const second = await fast.deployments.begin(ENVIRONMENT)
  const all = [...writes(fast, '2', names.slice(0, 25)), ...removals(fast, names.slice(25))]
  expect(await fast.deployments.commit(ENVIRONMENT, second, all)).toBe(true)
  const { last_seq } = (await bus.manager.streams.info(`KV_${prefix}_catalog`)).state
  if (begun === undefined) throw new Error('it has begun')
  await slow.deployments.apply(ENVIRONMENT, begun)
  await fast.compare()
  expect(fast.syncs.list(ENVIRONMENT)).toHaveLength(25)
  expect(versions(fast)).toEqual(['2'])
  expect((await bus.manager.streams.info(`KV_${prefix}_catalog`)).state.last_seq).toBe(last_seq)
})

test('of two that are planned at the same time one is refused, and has written nothing', async () => {
  await using stack = new AsyncDisposableStack()
  const prefix = namespace()
  const catalogs = [(await opened(stack, prefix)).catalog, (await opened(stack, prefix)).catalog]
  const begun = await Promise.all(catalogs.map(({ deployments }) => deployments.begin(ENVIRONMENT)))
  const done = await Promise.all(
    catalogs.map((catalog, index) =>
      catalog.deployments.commit(ENVIRONMENT, begun[index] ?? 0, writes(catalog, `${index + 1}`)),
    ),
  )
  expect(done.filter(Boolean)).toHaveLength(1)
  await catalogs[0]?.compare()
  expect(catalogs[0] && versions(catalogs[0])).toEqual([String(done.indexOf(true) + 1)])
})

test('bundles of a deployment that is not finished stay', async () => {
  await using stack = new AsyncDisposableStack()
  const { catalog } = await opened(stack, namespace())
  const bundle = await catalog.bundles.put('module.exports = 1')
  await catalog.bundles.put('module.exports = 2')
  const since = await catalog.deployments.begin(ENVIRONMENT)
  await catalog.deployments.record(ENVIRONMENT, since, writes(catalog, '1', ['one'], bundle))
  const now = { tombstoneMs: 0, bundleMs: 0 }
  expect(await catalog.garbage.collect(Date.now() + 1, now)).toMatchObject({ bundles: 1 })
  await catalog.deployments.rollForward(ENVIRONMENT)
  // Its list of writes goes now.
  expect(await catalog.garbage.collect(Date.now() + 1, now)).toMatchObject({ bundles: 1 })
  expect(await catalog.bundles.get(bundle)).toBe('module.exports = 1')
})
