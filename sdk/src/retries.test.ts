import { expect, test } from 'vitest'
import { type Answer, answering, breaks, failed, json, never } from '../test/answering.ts'
import { SynclineError } from './error.ts'
import { retryAfterMs } from './retry.ts'

test.each([
  ['429', failed(429, 'rate_limited')],
  ['503', failed(503, 'unavailable')],
  ['502 of a proxy', (response) => response.writeHead(502).end('<html>')],
  ['a connection that breaks', breaks],
] satisfies [string, Answer][])('a call is repeated after %s', async (_, answer) => {
  const { syncline, requests } = await answering([answer, json(200, { data: [] })])
  expect(await syncline.integrations.list()).toEqual({ data: [] })
  expect(requests).toHaveLength(2)
})

test('a POST is repeated with its idempotency key, and each call has its own', async () => {
  const { syncline, requests } = await answering([failed(503, 'unavailable'), json(200, { cancelled: 1 })])
  expect(await syncline.runs.cancel('r')).toEqual({ cancelled: 1 })
  await syncline.runs.cancel('r')
  await syncline.runs.cancel('r', { idempotencyKey: 'mine' })
  const keys = requests.map(({ headers }) => headers['idempotency-key'])
  expect(keys[0]).toMatch(/^retry-[0-9a-f-]{36}$/)
  expect(keys[1]).toBe(keys[0])
  expect(keys[2]).not.toBe(keys[0])
  expect(keys[3]).toBe('mine')
})

test('Retry-After is waited for; if that is longer than the call may take, it fails at once', async () => {
  const { syncline, requests } = await answering([
    failed(429, 'rate_limited', { 'retry-after': '1' }),
    json(200, { data: [] }),
  ])
  const start = performance.now()
  await syncline.integrations.list()
  expect(performance.now() - start).toBeGreaterThan(990)
  expect(requests).toHaveLength(2)
  const busy = await answering([failed(503, 'unavailable', { 'retry-after': '3600' })])
  await expect(busy.syncline.integrations.list()).rejects.toMatchObject({
    status: 503,
    retryAfterMs: 3_600_000,
  })
  expect(busy.requests).toHaveLength(1)
})

test('Retry-After may be a date', () => {
  const now = Date.parse('2026-01-01T00:00:00Z')
  expect(retryAfterMs('Thu, 01 Jan 2026 00:00:30 GMT', now)).toBe(30_000)
  expect(retryAfterMs('Wed, 31 Dec 2025 00:00:00 GMT', now)).toBe(0)
  for (const wrong of [null, '', 'soon', '-1']) expect(retryAfterMs(wrong, now)).toBeUndefined()
})

test('what does not pass is not repeated, and says what is wrong', async () => {
  const { syncline, requests } = await answering([failed(404, 'unknown_run')])
  const failing = syncline.runs.logs('r')
  await expect(failing).rejects.toBeInstanceOf(SynclineError)
  await expect(failing).rejects.toMatchObject({ status: 404, code: 'unknown_run', requestId: 'req-1' })
  expect(requests).toHaveLength(1)
})

test('repetitions have a limit', async () => {
  const { syncline, requests } = await answering([breaks], { retries: 1 })
  await expect(syncline.variables.list()).rejects.toMatchObject({ status: 0, code: 'no_answer' })
  expect(requests).toHaveLength(2)
})

test('a DELETE whose answer was lost, and that finds nothing when it is repeated, is done', async () => {
  const { syncline } = await answering([breaks, failed(404, 'not_found')])
  await syncline.variables.delete('A')
  const { syncline: other } = await answering([failed(404, 'not_found')])
  await expect(other.variables.delete('A')).rejects.toMatchObject({ code: 'not_found' })
})

test('a call ends at its time limit, and when its signal is aborted, also while it waits to be repeated', async () => {
  const silent = await answering([never])
  await expect(silent.syncline.variables.list({ timeoutMs: 50 })).rejects.toMatchObject({ code: 'timeout' })
  silent.close()
  const busy = await answering([failed(503, 'unavailable', { 'retry-after': '30' })])
  const stop = new AbortController()
  const call = busy.syncline.variables.list({ signal: stop.signal })
  await expect.poll(() => busy.requests.length).toBe(1)
  stop.abort(new Error('enough'))
  await expect(call).rejects.toMatchObject({ code: 'aborted' })
  expect(busy.requests).toHaveLength(1)
})

test('answers that are not JSON are errors, and only the beginning of a long error is read', async () => {
  const page = await answering([(response) => response.setHeader('x-request-id', 'req-2').end('<html>')])
  await expect(page.syncline.variables.list()).rejects.toMatchObject({ code: 'not_json', requestId: 'req-2' })
  const endless: Answer = (response) => {
    response.writeHead(400)
    const write = () => {
      while (!response.destroyed && response.write('x'.repeat(16_384)));
    }
    response.on('drain', write)
    write()
  }
  const flood = await answering([endless])
  const failing = flood.syncline.variables.list({ timeoutMs: 5000 })
  await expect(failing).rejects.toMatchObject({ status: 400, code: 'unknown' })
  await expect(failing).rejects.toThrow(/^answer 400 .*: x{200}$/)
  flood.close()
})

test('a connection that is named but not set never means all connections', async () => {
  const { syncline, requests } = await answering([json(200, {})])
  for (const connectionId of [undefined, null, '']) {
    // A caller without types.
    const which = { providerConfigKey: 'github', syncs: [], connectionId } as never
    for (const call of [
      () => syncline.syncs.trigger(which),
      () => syncline.syncs.start(which),
      () => syncline.syncs.pause(which),
      () => syncline.syncs.cancel(which),
      () => syncline.syncs.status(which),
    ]) {
      await expect(call()).rejects.toThrow(/connectionId is /)
    }
  }
  expect(requests).toHaveLength(0)
})

test('a trigger asks for its runs and gives them', async () => {
  const runs = [{ id: 'run-1', connection_id: 'c', name: 'issues', variant: 'base' }]
  const { syncline, requests } = await answering([json(200, { runs }), (response) => response.end()])
  const which = { providerConfigKey: 'github', syncs: ['issues'], connectionId: 'c' }
  expect(await syncline.syncs.trigger(which)).toEqual({ runs })
  expect(requests[0]?.headers.prefer).toBe('return=representation')
  expect(await syncline.syncs.trigger(which)).toEqual({ runs: [], has_more: false })
})

test('an iteration reads a page when the one before is used up, and no further than it is taken', async () => {
  const page = (names: string[], next_cursor: string | null) =>
    json(200, { schedules: names.map((name) => ({ name })), next_cursor, unavailable: [] })
  const { syncline, requests } = await answering([page(['a', 'b'], '1'), page([], '2'), page(['c'], null)])
  const names = []
  for await (const { name } of syncline.schedules.iterate()) {
    names.push(name)
    if (name === 'b') expect(requests).toHaveLength(1)
  }
  expect(names).toEqual(['a', 'b', 'c'])
  const early = await answering([page(['a'], '1')])
  for await (const _ of early.syncline.schedules.iterate()) break
  expect(early.requests).toHaveLength(1)
  const circle = early.syncline.schedules.iterate({ cursor: '1' })
  await circle.next()
  await expect(circle.next()).rejects.toThrow('the same cursor')
})

test('the status of any number of syncs is read in pages', async () => {
  const page = (name: string, next_cursor: string | null) => json(200, { syncs: [{ name }], next_cursor })
  const { syncline, requests } = await answering([page('a', '1'), page('b', null)])
  const all = syncline.syncs.iterateStatus({ providerConfigKey: 'github', syncs: '*', limit: 1 })
  expect((await Array.fromAsync(all)).map(({ name }) => name)).toEqual(['a', 'b'])
  const query = 'provider_config_key=github&syncs=*&limit=1'
  expect(requests.map(({ url }) => url)).toEqual([`/sync/status?${query}`, `/sync/status?${query}&cursor=1`])
})

test('an action is never begun again by itself, and one that is accepted is waited for', async () => {
  const error = (status: number, code: string) => json(status, { error: { code, message: code } })
  const { syncline, requests } = await answering([
    ...[
      error(504, 'in_doubt'),
      error(503, 'unavailable'),
      error(504, 'in_doubt'),
      error(504, 'action_timed_out'),
    ],
    ...[json(202, { id: 'a-1', statusUrl: '/action/a-1' }), error(404, 'not_found'), json(200, { id: 42 })],
  ])
  const which = { providerConfigKey: 'github', connectionId: 'c', action: 'create-issue', input: { a: 1 } }
  await expect(syncline.actions.trigger(which)).rejects.toMatchObject({ code: 'in_doubt' })
  await expect(syncline.actions.trigger(which)).rejects.toMatchObject({ code: 'unavailable' })
  expect(requests).toHaveLength(2)
  // Also when the caller allows repetitions, and when only the result is read.
  await expect(syncline.actions.trigger(which, { retries: 3 })).rejects.toMatchObject({ code: 'in_doubt' })
  await expect(syncline.actions.result('a-1')).rejects.toMatchObject({ code: 'action_timed_out' })
  expect(requests).toHaveLength(4)
  const { id } = await syncline.actions.triggerAsync({ ...which, maxRetries: 2 })
  expect(requests[4]?.headers).toMatchObject({
    'x-async': 'true',
    'x-max-retries': '2',
    'connection-id': 'c',
  })
  expect(await syncline.actions.wait(id)).toEqual({ id: 42 })
})
