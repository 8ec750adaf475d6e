import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import type { ListRecordsRequest, ListVersionsRequest } from '@syncline/proto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { furnish, HEADERS, piece, startWorld, type World } from './world.ts'

let world: World
let home: Awaited<ReturnType<typeof furnish>>

beforeAll(async () => {
  world = await startWorld()
  home = await furnish(world)
})
afterAll(() => world[Symbol.asyncDispose]())

test('the history of a record is asked for by its id, whatever that is', async () => {
  const asked: ListVersionsRequest[] = []
  world.records.listVersions = (request) => {
    asked.push(request)
    return piece('[{"id":"a/b"}]')
  }
  const id = `a/b ?#%${'👩‍🚀'.repeat(40)}`
  const path = `/records/${encodeURIComponent(id)}/history?model=GithubIssue&variant=a&limit=7&cursor=abc&payload=false`
  const answer = await home.api(path, { headers: HEADERS })
  expect(answer.text).toBe('{"records":[{"id":"a/b"}],"next_cursor":null}')
  const stream = { environment: home.environment, connection: home.uid, model: 'GithubIssue', variant: 'a' }
  expect(asked).toEqual([{ stream, id, limit: 7, cursor: 'abc', asAnswer: true, withoutPayload: true }])
})

test.each([
  ['model=Nope', 404, 'unknown_model'],
  ['', 400, 'invalid_query_params'],
  ['model=GithubIssue&limit=0', 400, 'invalid_query_params'],
])('a history asked for with %j is a %d %s', async (query, status, code) => {
  const answer = await home.api(`/records/a/history?${query}`, { headers: HEADERS })
  expect(answer).toMatchObject({ status, body: { error: { code } } })
})

test.each(['1', 'a/b', '.', '..', 'a b?#%', 'x/history', `${'中'.repeat(1020)}/'"\n`])(
  'the record with the id %j is read alone',
  async (id) => {
    const listed: ListRecordsRequest[] = []
    world.records.listRecords = (request) => {
      listed.push(request)
      return piece('[{"id":1, "n":12345678901234567890}]')
    }
    const path = encodeURIComponent(id).replaceAll('.', '%2E')
    const answer = await raw(`/records/${path}?model=GithubIssue&variant=a`)
    expect(answer).toEqual({ status: 200, text: '{"id":1, "n":12345678901234567890}' })
    const stream = { environment: home.environment, connection: home.uid, model: 'GithubIssue', variant: 'a' }
    expect(listed).toMatchObject([{ stream, ids: [id], limit: 1, cursor: '', asOfMs: 0 }])
  },
)

test('a record that is not there is a 404 that names it', async () => {
  world.records.listRecords = () => piece('[]')
  const answer = await home.api('/records/nobody?model=GithubIssue', { headers: HEADERS })
  expect(answer).toMatchObject({ status: 404, body: { error: { code: 'unknown_record' } } })
  expect(answer.body.error.message).toContain("'nobody'")
})

test.each(['.', '..'])('the history of the record %j is asked for', async (id) => {
  const asked: ListVersionsRequest[] = []
  world.records.listVersions = (request) => {
    asked.push(request)
    return piece('[]')
  }
  const { status } = await raw(`/records/${id.replaceAll('.', '%2E')}/history?model=GithubIssue`)
  expect([status, asked.map((request) => request.id)]).toEqual([200, [id]])
})

test('counts are summed over the connections of an integration, or are those of one', async () => {
  world.records.countRecords = async ({ streams }) => ({ sizes: streams.map(() => ({ live: 2, bytes: 10 })) })
  const there = await furnish(world)
  const json = {
    provider_config_key: 'github',
    connection_id: 'user-2',
    credentials: { type: 'API_KEY', apiKey: 'secret-token' },
  }
  await there.api('/connections', { method: 'POST', json })
  const count = (connections: number) => ({
    counts: [
      {
        provider_config_key: 'github',
        model: 'GithubIssue',
        connections,
        records: connections * 2,
        bytes: connections * 10,
      },
    ],
  })
  expect((await there.api('/records/counts')).body).toEqual(count(2))
  expect((await there.api('/records/counts?provider_config_key=github')).body).toEqual(count(2))
  const one = await there.api('/records/counts?provider_config_key=github&connection_id=user-2')
  expect(one.body).toEqual(count(1))
})

test.each([
  ['connection_id=user-1', 400, 'missing_provider_config_key'],
  ['provider_config_key=nope', 404, 'unknown_integration'],
  ['provider_config_key=github&connection_id=nope', 404, 'unknown_connection'],
  ['provider_config_key=', 400, 'invalid_query_params'],
])('counts of %s are a %d %s', async (query, status, code) => {
  expect(await home.api(`/records/counts?${query}`)).toMatchObject({ status, body: { error: { code } } })
})

/** Sends a path as it is: fetch resolves dots, even encoded ones. */
async function raw(path: string): Promise<{ status: number | undefined; text: string }> {
  const sent = request(`${world.url}/`, {
    path,
    headers: { ...HEADERS, authorization: `Bearer ${home.key}` },
  })
  sent.end()
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  return { status: answer.statusCode, text: (await answer.toArray()).join('') }
}
