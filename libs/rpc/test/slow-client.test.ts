import { ListRecordsRequest, RecordsDefinition, type RecordsServiceImplementation } from '@syncline/proto'
import { slowCall } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { connect, serve } from '../src/index.ts'

const MIB = 1024 * 1024
const PIECES = 20
const path = `/${RecordsDefinition.fullName}/${RecordsDefinition.methods.listRecords.name}`
const request = { stream: undefined, limit: 1 }
const encoded = ListRecordsRequest.encode(ListRecordsRequest.fromPartial({})).finish()

/** Answers each call with pieces of a MiB, and says of each call how many were made, and when it was over. */
async function serving(options?: { slowClientMs: number }) {
  await using open = new AsyncDisposableStack()
  const calls: { made: number; over: Promise<void> }[] = []
  const implementation = {
    async *listRecords() {
      const { promise: over, resolve } = Promise.withResolvers<void>()
      const call = { made: 0, over }
      calls.push(call)
      try {
        for (; call.made < PIECES; call.made++) yield { records: Buffer.alloc(MIB), nextCursor: '' }
      } finally {
        resolve()
      }
    },
  }
  const all = implementation as unknown as RecordsServiceImplementation // nothing else is called
  const add = Object.fromEntries(
    Object.keys(RecordsDefinition.methods).map((name) => [name, async () => ({})]),
  )
  const server = open.use(
    await serve(
      '127.0.0.1:0',
      (server) => server.add(RecordsDefinition, { ...add, ...all }),
      () => {},
      options,
    ),
  )
  const connection = open.use(connect(`127.0.0.1:${server.port}`))
  const owned = open.move()
  return {
    calls,
    port: server.port,
    client: connection.client(RecordsDefinition),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

test('a handler is asked for no more than its client takes', async () => {
  await using rpc = await serving()
  await using slow = await slowCall(rpc.port, path, encoded)
  await slow.headers
  expect(await Array.fromAsync(rpc.client.listRecords(request))).toHaveLength(PIECES)
  expect(rpc.calls.map(({ made }) => made)).toEqual([0, PIECES])
  expect((await slow.take()).length).toBeGreaterThan(PIECES * MIB)
  await rpc.calls[0]?.over
})

test('a client that holds one message back has one more, not all', async () => {
  await using rpc = await serving()
  const taken = rpc.client.listRecords(request)[Symbol.asyncIterator]()
  await taken.next()
  await Array.fromAsync(rpc.client.listRecords(request))
  // What flow control lets through comes on top: WINDOW_BYTES.
  expect(rpc.calls[0]?.made).toBeLessThan(8)
  await taken.return?.()
  await rpc.calls[0]?.over
})

test('a client that takes nothing is cut off, and what it did not take is given back', async () => {
  await using rpc = await serving({ slowClientMs: 100 })
  await using slow = await slowCall(rpc.port, path, encoded)
  await slow.headers
  await rpc.calls[0]?.over
  expect(rpc.calls[0]?.made).toBeLessThan(2)
  expect(await slow.closed).not.toBe(0)
})

test('a client that comes back soon after it was cut off hears why', async () => {
  await using rpc = await serving({ slowClientMs: 100 })
  await using slow = await slowCall(rpc.port, path, encoded)
  await slow.headers
  await new Promise((resolve) => setTimeout(resolve, 500)) // longer than it may
  await slow.take()
  expect(await slow.trailers).toMatchObject({
    'grpc-status': '4',
    'grpc-message': expect.stringMatching(/has%20taken%20nothing%20for%200.1%20s/),
    'syncline-code': 'deadline_exceeded',
  })
  await rpc.calls[0]?.over
})
