import { expect, test } from 'vitest'
import { type Answer, answering, breaks, failed, json, never } from '../test/answering.ts'

const run = (state: string, fields: object = {}) => json(200, { id: 'r', state, ...fields })
const command = (state: string, fields: object = {}) => json(200, { id: 'c', state, ...fields })

test('a run is waited for until it has ended, and what it gave is given', async () => {
  const { syncline, requests } = await answering([
    run('queued'),
    run('running'),
    run('ended', { reason: 'failed' }),
  ])
  expect(await syncline.runs.wait('r')).toMatchObject({ state: 'ended', reason: 'failed' })
  expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual(Array(3).fill('GET /runs/r'))
})

test('a command that was accepted is waited for until it is done or refused', async () => {
  const runs = [{ id: 'r', connection_id: 'c', name: 'issues', variant: 'base' }]
  const { syncline } = await answering([
    json(202, { command_id: 'c' }),
    command('accepted'),
    command('done', { result: { runs, has_more: false } }),
    run('ended', { reason: null }),
  ])
  const which = { providerConfigKey: 'github', syncs: ['issues'], connectionId: 'c' }
  const { command_id = '', runs: none } = await syncline.syncs.trigger(which)
  expect(none).toBeUndefined()
  const { result } = await syncline.commands.wait(command_id)
  expect(result?.runs).toEqual(runs)
  expect(await syncline.runs.wait(result?.runs?.[0]?.id ?? '')).toMatchObject({ reason: null })
  const error = { code: 'unknown_sync', message: 'there is no sync' }
  const refused = await answering([command('accepted'), command('refused', { error })])
  expect(await refused.syncline.commands.wait('c')).toEqual({ id: 'c', state: 'refused', error })
})

test.each<[string, Answer]>([
  ['has not ended', run('running')],
  ['cannot be read: the server does not answer', never],
])('waiting for what %s ends at its deadline', async (_, later) => {
  const { syncline, close } = await answering([run('queued'), later])
  const start = performance.now()
  const waiting = syncline.runs.wait('r', { deadlineMs: 400 })
  await expect(waiting).rejects.toMatchObject({ status: 0, code: 'timeout' })
  await expect(waiting).rejects.toThrow("run 'r' has not ended within 400 ms")
  expect(performance.now() - start).toBeLessThan(10_000)
  close()
})

test.each<[string, Answer]>([
  ['between two questions', run('running')],
  ['during a question', never],
])('waiting ends when its signal is aborted, %s', async (_, later) => {
  const { syncline, requests, close } = await answering([run('queued'), later])
  const stop = new AbortController()
  const waiting = syncline.runs.wait('r', { signal: stop.signal })
  await expect.poll(() => requests.length).toBe(2)
  stop.abort(new Error('enough'))
  await expect(waiting).rejects.toMatchObject({ code: 'aborted', message: "waiting for run 'r' was aborted" })
  close()
})

test('a signal that is aborted already sends nothing', async () => {
  const { syncline, requests } = await answering([run('running')])
  await expect(syncline.runs.wait('r', { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'aborted',
  })
  expect(requests).toHaveLength(0)
})

test('a server that restarts while somebody waits is waited for; one that never answered is not', async () => {
  const away = Array<Answer>(3).fill(breaks)
  const { syncline } = await answering([run('running'), ...away, failed(503, 'unavailable'), run('ended')])
  expect(await syncline.runs.wait('r', { retries: 0 })).toMatchObject({ state: 'ended' })
  const wrong = await answering([breaks])
  await expect(wrong.syncline.runs.wait('r', { retries: 0 })).rejects.toMatchObject({ code: 'no_answer' })
  expect(wrong.requests).toHaveLength(1)
  const gone = await answering([run('running'), failed(404, 'unknown_run')])
  await expect(gone.syncline.runs.wait('r')).rejects.toMatchObject({ code: 'unknown_run' })
})

test('a time limit is a number above 0, and Infinity is one', async () => {
  const { syncline, requests } = await answering([run('ended')])
  for (const wrong of [0, -1, Number.NaN]) {
    await expect(syncline.runs.get('r', { timeoutMs: wrong })).rejects.toThrow(`timeoutMs is ${wrong}`)
    await expect(syncline.runs.wait('r', { deadlineMs: wrong })).rejects.toThrow(`deadlineMs is ${wrong}`)
  }
  expect(requests).toHaveLength(0)
  const endless = { timeoutMs: Infinity, deadlineMs: Infinity }
  expect(await syncline.runs.wait('r', endless)).toMatchObject({ state: 'ended' })
})
