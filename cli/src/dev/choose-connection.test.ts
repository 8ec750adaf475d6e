import { Syncline } from '@syncline/sdk'
import { expect, test } from 'vitest'
import { chooseConnection } from './choose-connection.ts'

/** An API with these connections of `github`. */
function clientOf(ids: string[]) {
  const answer: typeof fetch = async (input) => {
    const { pathname } = new URL(String(input))
    if (pathname === '/connections')
      return Response.json({ connections: ids.map((connection_id) => ({ connection_id })) })
    const id = pathname.split('/').at(-1) ?? ''
    const error = { code: 'unknown_connection', message: 'no' }
    return ids.includes(id) ? Response.json({ connection_id: id }) : Response.json({ error }, { status: 404 })
  }
  return new Syncline({ secretKey: 'k', host: 'https://sync.example', fetch: answer })
}

test.each([
  [['me'], undefined, { connection: 'me' }],
  [['me', 'you'], 'you', { connection: 'you' }],
  [['me', 'you'], undefined, { reason: expect.stringContaining('choose one with --on') }],
  [[], undefined, { reason: expect.stringContaining('syncline connection create github') }],
  [['me'], 'you', { reason: "integration 'github' has no connection 'you'" }],
])('of the connections %j with --on %s', async (ids, named, expected) => {
  const { signal } = new AbortController()
  expect(await chooseConnection(clientOf(ids), 'github', named, { signal })).toEqual(expected)
})
