import { once } from 'node:events'
import { AppError } from '@syncline/errors'
import { eventually } from '@syncline/testkit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { furnish, HEADERS, piece, startWorld, type World } from './world.ts'

let world: World
let home: Awaited<ReturnType<typeof furnish>>

beforeAll(async () => {
  world = await startWorld()
  home = await furnish(world)
})
afterAll(() => world[Symbol.asyncDispose]())
beforeEach(() => {
  world.log.length = 0
})

const get = (query: string, headers: Record<string, string> = HEADERS) =>
  home.api(`/records?${query}`, { headers })

test('the bytes of the records go through untouched', async () => {
  world.records.listRecords = () => piece('[{"id":1, "n":12345678901234567890}]', 'next')
  const answer = await get('model=GithubIssue')
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toContain('application/json')
  expect(answer.text).toBe('{"records":[{"id":1, "n":12345678901234567890}],"next_cursor":"next"}')
})

test('pieces of a page are one answer', async () => {
  world.records.listRecords = async function* () {
    yield { records: Buffer.from('[{"id":1}') }
    yield { records: Buffer.from(',{"id":2}') }
    yield { records: Buffer.from(',{"id":3}]'), nextCursor: 'next' }
  }
  const answer = await get('model=GithubIssue')
  expect(answer.headers.get('content-type')).toContain('application/json')
  expect(answer.text).toBe('{"records":[{"id":1},{"id":2},{"id":3}],"next_cursor":"next"}')
})

test('a page that breaks off is no answer, however late', async () => {
  const large = Buffer.alloc(1024 * 1024, ' ')
  world.records.listRecords = async function* () {
    yield { records: Buffer.from('[{"id":1}') }
    for (let i = 0; i < 3; i++) yield { records: large }
    throw new AppError('unavailable', 'ClickHouse does not answer')
  }
  await expect(get('model=GithubIssue')).rejects.toThrow()
  expect(world.log.filter((line) => line.includes('request failed'))).toEqual([
    expect.stringContaining('ClickHouse does not answer'),
  ])
})

test('what fails before there was an answer has its status', async () => {
  // biome-ignore lint/correctness/useYield: it fails before
  world.records.listRecords = async function* () {
    throw new AppError('unavailable', 'ClickHouse does not answer')
  }
  expect(await get('model=GithubIssue')).toMatchObject({
    status: 503,
    body: { error: { code: 'unavailable' } },
  })
})

test('a client that takes its time slows its page down and nobody else, and ends it by going away', async () => {
  const pieces = { sent: 0, ended: false }
  const slow = async function* () {
    try {
      yield { records: Buffer.from('[1') }
      for (; ; pieces.sent++) yield { records: Buffer.alloc(256 * 1024, ' ') }
    } finally {
      pieces.ended = true
    }
  }
  world.records.listRecords = ({ stream }) => (stream?.variant === 'slow' ? slow() : piece('[]'))
  const client = new AbortController()
  const answer = await fetch(`${world.url}/records?model=GithubIssue&variant=slow`, {
    headers: { ...HEADERS, authorization: `Bearer ${home.key}`, 'accept-encoding': 'identity' },
    signal: client.signal,
  })
  expect(answer.status).toBe(200)
  let before = -1
  await eventually(
    () => {
      const last = before
      before = pieces.sent
      expect(pieces.sent).toBe(last)
    },
    { everyMs: 300 },
  )
  expect(pieces.sent).toBeLessThan(200)
  expect((await get('model=GithubIssue')).body).toEqual({ records: [], next_cursor: null })
  client.abort()
  await eventually(() => expect(pieces.ended).toBe(true))
  expect(world.log.filter((line) => line.includes('request failed'))).toEqual([])
})

test('a client that goes away before there is an answer ends the call', async () => {
  const called = Promise.withResolvers<AbortSignal>()
  // biome-ignore lint/correctness/useYield: it never gets there
  world.records.listRecords = async function* (_request, { signal }) {
    called.resolve(signal)
    await once(signal, 'abort')
    throw signal.reason
  }
  const client = new AbortController()
  const asked = fetch(`${world.url}/records?model=GithubIssue`, {
    headers: { ...HEADERS, authorization: `Bearer ${home.key}`, 'accept-encoding': 'identity' },
    signal: client.signal,
  })
  const signal = await called.promise
  client.abort()
  await expect(asked).rejects.toThrow()
  await eventually(() => expect(signal.aborted).toBe(true))
  expect(world.log.filter((line) => line.includes('request failed'))).toEqual([])
})
