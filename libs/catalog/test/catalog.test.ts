import type { KV } from '@nats-io/kv'
import { connectBus } from '@syncline/bus'
import { eventually, namespace, servers } from '@syncline/testkit'
import { expect, test, vi } from 'vitest'
import { z } from 'zod'
import { Bucket } from '../src/bucket.ts'
import { Collection } from '../src/collection.ts'
import { type Catalog, type CatalogChange, openCatalog } from '../src/index.ts'

const dev = { name: 'dev', createdAt: '2026-01-01T00:00:00.000Z' }

async function opened(prefix: string, stack: AsyncDisposableStack): Promise<Catalog> {
  const bus = stack.use(await connectBus({ url: servers().nats.url, prefix, replicas: 1 }, 'test'))
  return stack.use(
    await openCatalog(bus, (error) => {
      throw error
    }),
  )
}

test('what one process makes, another finds at once, and lists soon', async () => {
  await using stack = new AsyncDisposableStack()
  const prefix = namespace()
  const [a, b] = [await opened(prefix, stack), await opened(prefix, stack)]
  await a.environments.create(dev, 'dev')
  expect(await b.environments.get('dev')).toEqual(dev)
  await eventually(() => expect(b.environments.list()).toEqual([dev]))
})

test('what no process could read is not stored', async () => {
  await using stack = new AsyncDisposableStack()
  const prefix = namespace()
  const [a, b] = [await opened(prefix, stack), await opened(prefix, stack)]
  const unreadable = { ...dev, createdAt: 'yesterday' }
  await expect(a.environments.create(unreadable, 'dev')).rejects.toThrow('createdAt')
  expect(await b.environments.find('dev')).toBeUndefined()
  await a.environments.create(dev, 'dev')
  await expect(a.environments.upsert(() => unreadable, 'dev')).rejects.toThrow('createdAt')
  expect(await b.environments.fresh('dev')).toEqual(dev)
})

test('a fresh read has what another process stored a moment ago, also while the copy has not', async () => {
  await using stack = new AsyncDisposableStack()
  const prefix = namespace()
  const [a, b] = [await opened(prefix, stack), await opened(prefix, stack)]
  await a.environments.create(dev, 'dev')
  await b.environments.get('dev')
  for (let day = 2; day < 10; day++) {
    const createdAt = `2026-01-0${day}T00:00:00.000Z`
    await a.environments.update((present) => ({ ...present, createdAt }), 'dev')
    expect(await b.environments.fresh('dev')).toEqual({ name: 'dev', createdAt })
    // And the copy has it from then on.
    expect(b.environments.peek('dev')).toEqual({ name: 'dev', createdAt })
  }
  await expect(b.environments.fresh('nobody')).rejects.toMatchObject({ code: 'unknown_environment' })
})

test('a catalog that opens later has all that was there', async () => {
  await using stack = new AsyncDisposableStack()
  const prefix = namespace()
  const a = await opened(prefix, stack)
  for (let n = 0; n < 50; n++) await a.environments.create({ ...dev, name: `e${n}` }, `e${n}`)
  await a.environments.delete('e7')
  const b = await opened(prefix, stack)
  expect(b.environments.list()).toHaveLength(49)
})

test('the same thing is made once', async () => {
  await using stack = new AsyncDisposableStack()
  const a = await opened(namespace(), stack)
  const results = await Promise.allSettled(Array.from({ length: 5 }, () => a.environments.create(dev, 'dev')))
  expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
  await expect(a.environments.create(dev, 'dev')).rejects.toMatchObject({ code: 'already_exists' })
})

test('a deleted entry is gone at once, listeners get what it was, and it can be created again', async () => {
  await using stack = new AsyncDisposableStack()
  const prefix = namespace()
  const [a, b] = [await opened(prefix, stack), await opened(prefix, stack)]
  const heard: CatalogChange[] = []
  for (const catalog of [a, b]) catalog.onChange((change) => heard.push(change))
  await a.environments.create(dev, 'dev')
  await a.environments.delete('dev')
  expect(await a.environments.find('dev')).toBeUndefined()
  expect(a.environments.list()).toEqual([])
  await eventually(() =>
    expect(heard.filter((change) => change.deleted).map(({ value }) => value)).toEqual([dev, dev]),
  )
  await a.environments.create(dev, 'dev')
  await eventually(async () => expect(await b.environments.find('dev')).toEqual(dev))
})

test('a list costs what it returns, however much others have', async () => {
  const bucket = {} as KV // A list asks no server.
  const schema = z.object({ name: z.string() })
  const collection = new Collection(bucket, 'connection', schema, 'unknown_connection')
  let revision = 0
  const add = (key: string) => collection.stored(key, '{"name":"x"}', ++revision)
  for (let n = 0; n < 200_000; n++) add(`connection.env${n % 1000}.github.user${n}`)
  for (let n = 0; n < 10; n++) add(`connection.dev.github.user${n}`)
  expect(collection.list('dev')).toHaveLength(10)
  expect(visitedBy(() => collection.list('dev', 'github'))).toBeLessThan(20)
  expect(visitedBy(() => collection.list('nobody'))).toBe(0)
})

/** How many entries of maps `work` looks at. */
function visitedBy(work: () => void): number {
  let visited = 0
  const spies = (['values', 'entries', 'keys', Symbol.iterator] as const).map((name) => {
    const original = Map.prototype[name] as (this: Map<unknown, unknown>) => MapIterator<unknown>
    return vi.spyOn(Map.prototype, name as 'values').mockImplementation(function* (
      this: Map<unknown, unknown>,
    ) {
      for (const item of original.call(this)) {
        visited++
        yield item
      }
      return undefined
    })
  })
  try {
    work()
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
  return visited
}

test('an old answer of the bucket does not bring back what was deleted since', async () => {
  const old = Promise.withResolvers<{ operation: 'PUT'; revision: number; string: () => string }>()
  const bucket = { get: () => old.promise } as unknown as KV // nothing else of it is called
  const collection = new Collection(bucket, 'environment', z.object({ name: z.string() }), 'not_found')
  const reading = collection.find('dev')
  collection.stored('environment.dev', '{"name":"dev"}', 1)
  expect(collection.deleted('environment.dev', 2)).toEqual({ name: 'dev' })
  old.resolve({ operation: 'PUT', revision: 1, string: () => '{"name":"dev"}' })
  await reading
  expect(collection.peek('dev')).toBeUndefined()
})

test('a comparison finds what the watch did not deliver: made, changed, deleted', async () => {
  await using stack = new AsyncDisposableStack()
  const prefix = namespace()
  const bus = stack.use(await connectBus({ url: servers().nats.url, prefix, replicas: 1 }, 'test'))
  const bucket = await Bucket.open(bus, `${prefix}_catalog`)
  const write = (name: string, label: string) =>
    bucket.kv.put(`environment.${name}`, JSON.stringify({ name: label }))
  const collection = new Collection(bucket.kv, 'environment', z.object({ name: z.string() }), 'not_found')
  const old = await write('changed', 'old')
  collection.stored('environment.changed', '{"name":"old"}', old)
  collection.stored('environment.deleted', '{"name":"deleted"}', await write('deleted', 'deleted'))
  await write('made', 'made')
  await write('changed', 'new')
  await bucket.kv.delete('environment.deleted')
  const delivered = await write('same', 'same')
  collection.stored('environment.same', '{"name":"same"}', delivered)

  const keys = collection.differing(await bucket.revisions(), delivered)
  expect(keys.toSorted()).toEqual(['environment.changed', 'environment.deleted', 'environment.made'])
  const changes = []
  for (const key of keys.toSorted()) changes.push(await collection.refresh(key))
  expect(changes).toEqual([
    { value: { name: 'new' }, deleted: false },
    { value: { name: 'deleted' }, deleted: true },
    { value: { name: 'made' }, deleted: false },
  ])
  expect(
    collection
      .list()
      .map(({ name }) => name)
      .sort(),
  ).toEqual(['made', 'new', 'same'])
})

test('a comparison does not undo what this process has written meanwhile', async () => {
  const nothing = Promise.withResolvers<null>()
  const dev = { operation: 'PUT', revision: 5, string: () => '{"name":"dev"}' }
  const answers = [nothing.promise, Promise.resolve(dev)]
  const bucket = { get: () => answers.shift(), create: async () => 5 } as unknown as KV // nothing else of it is called
  const collection = new Collection(bucket, 'environment', z.object({ name: z.string() }), 'not_found')
  const refreshing = collection.refresh('environment.dev')
  await collection.create({ name: 'dev' }, 'dev')
  nothing.resolve(null)
  expect(await refreshing).toBeUndefined()
  expect(collection.peek('dev')).toEqual({ name: 'dev' })
})

test('concurrent updates all count', async () => {
  await using stack = new AsyncDisposableStack()
  const prefix = namespace()
  const [a, b] = [await opened(prefix, stack), await opened(prefix, stack)]
  await a.environments.create({ name: '', createdAt: dev.createdAt }, 'dev')
  const append = (catalog: Catalog, letter: string) =>
    catalog.environments.update((present) => ({ ...present, name: present.name + letter }), 'dev')
  await Promise.all([append(a, 'a'), append(b, 'b'), append(a, 'c'), append(b, 'd')])
  await eventually(async () =>
    expect([...(await a.environments.get('dev')).name].sort().join('')).toBe('abcd'),
  )
})

test('unknown things have the code of their kind', async () => {
  await using stack = new AsyncDisposableStack()
  const a = await opened(namespace(), stack)
  await expect(a.connections.get('dev', 'github', 'nobody')).rejects.toMatchObject({
    code: 'unknown_connection',
    message: "there is no connection 'nobody'",
  })
})

test('bundles come back as they were, however often they are stored', async () => {
  await using stack = new AsyncDisposableStack()
  const a = await opened(namespace(), stack)
  const text = 'exports.default = "ü"\n'.repeat(20_000)
  const key = await a.bundles.put(text)
  expect(await a.bundles.put(text)).toBe(key)
  expect(await a.bundles.get(key)).toBe(text)
  await expect(a.bundles.get('0'.repeat(64))).rejects.toMatchObject({ code: 'not_found' })
})
