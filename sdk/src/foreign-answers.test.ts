import { expect, test } from 'vitest'
import { type Answer, answering } from '../test/answering.ts'
import { Syncline } from './client.ts'
import { SynclineError } from './error.ts'

// What stands between a client and the API answers in its own way.

const HTML = '<!doctype html><title>502 Bad Gateway</title>'
const ID = { 'x-request-id': 'req-7' }

test.each<[string, Answer, object]>([
  [
    'HTML',
    (response) => response.writeHead(403, { 'content-type': 'text/html', ...ID }).end(HTML),
    {
      status: 403,
      code: 'unknown',
      requestId: 'req-7',
      message: `answer 403 that is not the API's (is a proxy in between?): ${HTML}`,
    },
  ],
  [
    'nothing',
    (response) => response.writeHead(401, ID).end(),
    {
      status: 401,
      code: 'unknown',
      requestId: 'req-7',
      message: expect.stringMatching(/proxy.*: it is empty$/),
    },
  ],
  [
    'JSON of another shape',
    (response) => response.writeHead(400).end('{"error":"bad request"}'),
    {
      status: 400,
      code: 'unknown',
      requestId: undefined,
      message: expect.stringContaining(': {"error":"bad request"}'),
    },
  ],
  [
    'a code that is no text',
    (response) => response.writeHead(400).end('{"error":{"code":7,"message":"x"}}'),
    { status: 400, code: 'unknown' },
  ],
  [
    'a redirection',
    (response) => response.writeHead(308, { location: 'https://other.example/' }).end(),
    { status: 308, code: 'unknown', message: expect.stringContaining('https://other.example/') },
  ],
  [
    'JSON that breaks off',
    (response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('{"data":', () => response.destroy())
    },
    { status: 0, code: 'no_answer' },
  ],
  [
    'HTML with status 200',
    (response) => response.writeHead(200, ID).end(HTML),
    { status: 200, code: 'not_json', requestId: 'req-7', message: expect.stringContaining(HTML) },
  ],
])('an answer that is %s is an error with its status', async (_, answer, error) => {
  const { syncline } = await answering([answer], { retries: 0 })
  const failing = syncline.integrations.list()
  await expect(failing).rejects.toBeInstanceOf(SynclineError)
  await expect(failing).rejects.toMatchObject(error)
})

test('an error of the API has the id that is in its body, and that of the header otherwise', async () => {
  const body = { error: { code: 'unknown_run', message: 'no', request_id: 'req-1' } }
  const both: Answer = (response) => response.writeHead(404, ID).end(JSON.stringify(body))
  const { syncline } = await answering([both])
  await expect(syncline.runs.get('r')).rejects.toMatchObject({ code: 'unknown_run', requestId: 'req-1' })
  const empty = { error: { ...body.error, request_id: '' } }
  const header: Answer = (response) => response.writeHead(404, ID).end(JSON.stringify(empty))
  const other = await answering([header])
  await expect(other.syncline.runs.get('r')).rejects.toMatchObject({ requestId: 'req-7' })
})

test('Retry-After is waited for, in seconds and as a date', async () => {
  for (const header of [() => '1', () => new Date(Date.now() + 2000).toUTCString()]) {
    const busy: Answer = (response) => response.writeHead(503, { 'retry-after': header() }).end('<html>')
    const done: Answer = (response) => response.end('{"data":[]}')
    const { syncline, requests } = await answering([busy, done])
    const start = performance.now()
    expect(await syncline.integrations.list()).toEqual({ data: [] })
    // A date has no milliseconds.
    expect(performance.now() - start).toBeGreaterThan(900)
    expect(requests).toHaveLength(2)
  }
})

test('a fetch of the caller gets the request, the signal and no `this`, and its failures are no_answer', async () => {
  const asked: [string, RequestInit | undefined, unknown][] = []
  async function own(this: unknown, url: string | URL | Request, init?: RequestInit): Promise<Response> {
    asked.push([String(url), init, this])
    return asked.length === 1
      ? Response.json({ error: 'no' }, { status: 503 })
      : Response.json({ cancelled: 1 })
  }
  const syncline = new Syncline({ secretKey: 'k', host: 'https://sync.example/', fetch: own })
  expect(await syncline.runs.cancel('a/b')).toEqual({ cancelled: 1 })
  expect(asked).toHaveLength(2)
  for (const [url, init, it] of asked) {
    expect(url).toBe('https://sync.example/runs/a%2Fb/cancel')
    expect(init).toMatchObject({ method: 'POST', headers: { authorization: 'Bearer k' }, redirect: 'manual' })
    expect(init?.signal).toBeInstanceOf(AbortSignal)
    expect(it).toBeUndefined()
  }
  const fails = async () => Promise.reject(new Error('no network'))
  const offline = new Syncline({ secretKey: 'k', fetch: fails, retries: 0 })
  await expect(offline.me()).rejects.toMatchObject({ code: 'no_answer', cause: new Error('no network') })
})
