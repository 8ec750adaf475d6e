import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '@syncline/errors'
import { RecordsDefinition, type RecordsServiceImplementation } from '@syncline/proto'
import { expect, test } from 'vitest'
import { connect, serve } from '../src/index.ts'

/** A server of which a test says how it answers, and how it is. */
async function world(methods: Partial<RecordsServiceImplementation>, health: Record<string, string>) {
  await using open = new AsyncDisposableStack()
  const server = open.use(
    await serve(
      '127.0.0.1:0',
      (add) => add.add(RecordsDefinition, new Proxy(methods as RecordsServiceImplementation, otherwiseEmpty)),
      () => {},
    ),
  )
  server.answerHealth(async () => health)
  const connection = open.use(connect(`127.0.0.1:${server.port}`, { failFast: true }))
  const owned = open.move()
  return {
    client: connection.client(RecordsDefinition),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** The test calls none of them. */
const otherwiseEmpty: ProxyHandler<RecordsServiceImplementation> = {
  get: (methods, name) => Reflect.get(methods, name) ?? (async () => ({})),
}

const never = (_: unknown, { signal }: { signal: AbortSignal }) =>
  sleep(60_000, undefined, { signal }) as never

test('a call to a server that is not healthy fails long before its end, and says what is wrong', async () => {
  await using rpc = await world(
    { countRecords: never },
    { clickhouse: 'no answer within 2000 ms', redis: 'ok' },
  )
  const started = performance.now()
  const error = await rpc.client.countRecords({ streams: [] }).catch((error) => error)
  expect(error).toBeInstanceOf(AppError)
  expect(error).toMatchObject({
    code: 'unavailable',
    message: 'the server is not healthy (clickhouse: no answer within 2000 ms): try again',
  })
  expect(performance.now() - started).toBeLessThan(30_000)
})

test('so does a stream that has not begun', async () => {
  async function* listRecords(_: unknown, { signal }: { signal: AbortSignal }) {
    await sleep(60_000, undefined, { signal })
    yield {}
  }
  await using rpc = await world({ listRecords }, { redis: 'away' })
  const reading = Array.fromAsync(rpc.client.listRecords({}))
  await expect(reading).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('redis: away'),
  })
})

test('a healthy server has its time, and a stream that has begun is left alone', async () => {
  const health = { redis: 'ok' }
  async function* listRecords() {
    yield { nextCursor: 'a' }
    health.redis = 'away'
    await sleep(2500)
    yield { nextCursor: 'b' }
  }
  const countRecords = async () => {
    await sleep(2500)
    return { sizes: [] }
  }
  await using rpc = await world({ countRecords, listRecords }, health)
  expect(await rpc.client.countRecords({ streams: [] })).toEqual({ sizes: [] })
  const pages = await Array.fromAsync(rpc.client.listRecords({}))
  expect(pages.map(({ nextCursor }) => nextCursor)).toEqual(['a', 'b'])
})

test('a caller that goes away ends its call', async () => {
  await using rpc = await world({ countRecords: never }, { redis: 'ok' })
  const caller = new AbortController()
  const call = rpc.client.countRecords({ streams: [] }, { signal: caller.signal })
  caller.abort()
  await expect(call).rejects.toMatchObject({ name: 'AbortError' })
})
