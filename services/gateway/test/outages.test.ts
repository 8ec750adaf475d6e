import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startNats } from '@syncline/embedded'
import { eventually, freePort } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { ask, furnish, HEADERS, piece, startWorld } from './world.ts'

test('without a scheduler a command is accepted with its id, and stays in the queue', async () => {
  await using world = await startWorld({ scheduler: false, variables: { COMMAND_TIMEOUT_MS: '50' } })
  const { api } = await furnish(world)
  const place = { provider_config_key: 'github', connection_id: 'user-1' }
  const id = { command_id: expect.stringMatching(/^[0-9a-f-]{36}-\d+$/) }
  const send = (method: string, path: string, json: unknown) => api(path, { method, json })
  for (const verb of ['trigger', 'start', 'pause']) {
    expect(await send('POST', `/sync/${verb}`, { ...place, syncs: [] })).toMatchObject({
      status: 202,
      body: id,
    })
  }
  const frequency = { ...place, sync_name: 'issues', frequency: 'every hour' }
  expect(await send('PUT', '/sync/update-connection-frequency', frequency)).toMatchObject({
    status: 202,
    body: id,
  })
  expect(await send('POST', '/sync/issues/variant/a', place)).toMatchObject({ status: 202, body: id })
  expect(await send('DELETE', '/sync/issues/variant/a', place)).toMatchObject({ status: 202, body: id })
})

test('without records there is a 503, the rest works, and it recovers', async () => {
  await using world = await startWorld()
  const { api } = await furnish(world)
  world.records.listRecords = () => piece('[]')
  const read = () => api('/records?model=GithubIssue', { headers: HEADERS })
  expect((await read()).status).toBe(200)
  await world.stopRecords()
  expect((await read()).body.error).toMatchObject({
    code: 'unavailable',
    message: 'Records does not answer at the moment: try again',
  })
  expect((await api('/connections')).status).toBe(200)
  expect(await api('/health')).toMatchObject({ status: 503, body: { checks: { scheduler: 'ok' } } })
  await world.startRecords()
  await eventually(async () => expect((await read()).status).toBe(200))
})

test('without NATS commands get a 503, reading goes on, and it recovers', async () => {
  await using temp = await mkdtempDisposable(join(tmpdir(), 'syncline-nats-'))
  const place = { dir: join(temp.path, 'data'), log: join(temp.path, 'log'), port: await freePort() }
  const before = await startNats(place)
  await using world = await startWorld({ natsUrl: before.url, variables: { COMMAND_TIMEOUT_MS: '500' } })
  const { api } = await furnish(world)
  world.records.listRecords = () => piece('[]')
  const trigger = () =>
    api('/sync/trigger', { method: 'POST', json: { provider_config_key: 'github', syncs: [] } })
  // 202 while it takes longer than the gateway waits here.
  await eventually(async () => expect((await trigger()).status).toBe(200))

  await before[Symbol.asyncDispose]()
  const started = performance.now()
  expect(await trigger()).toMatchObject({
    status: 503,
    body: {
      error: { code: 'unavailable', message: 'NATS does not take messages at the moment: try again' },
    },
  })
  expect(performance.now() - started).toBeLessThan(20_000)
  // What the customer does not hear, the log has.
  expect(world.log.join('')).toContain(`${world.prefix}.command.`)
  expect((await api('/records?model=GithubIssue', { headers: HEADERS })).status).toBe(200)
  expect(await api('/integrations/other')).toMatchObject({
    status: 503,
    body: { error: { code: 'unavailable' } },
  })

  await using _after = await startNats(place)
  await eventually(async () => expect((await trigger()).status).toBe(200))
})

test('what became of a command that was answered with 202 is at its Location: accepted, then done or refused', async () => {
  await using world = await startWorld({ scheduler: false, variables: { COMMAND_TIMEOUT_MS: '100' } })
  const { api, environment } = await furnish(world)
  const json = { provider_config_key: 'github', syncs: [] }
  const { body, headers } = await api('/sync/trigger', { method: 'POST', json })
  const path = `/commands/${body.command_id}`
  expect(headers.get('location')).toBe(path)
  expect(await api(path)).toMatchObject({ status: 200, body: { id: body.command_id, state: 'accepted' } })
  const other = await world.environment()
  expect((await ask(world.url, other.key, path)).body.error.code).toBe('unknown_command')
  for (const id of [`${body.command_id}1`, 'nothing', `${'x'.repeat(36)}-1`]) {
    expect(await api(`/commands/${id}`)).toMatchObject({
      status: 404,
      body: { error: { code: 'unknown_command' } },
    })
  }
  world.results.getCommand = async (request) =>
    request.environment === environment
      ? { result: { $case: 'refused', value: { code: 'unknown_sync', message: 'there is no sync' } } }
      : {}
  expect((await api(path)).body).toMatchObject({ state: 'refused', error: { code: 'unknown_sync' } })
  await world.stopScheduler()
  expect(await api(path)).toMatchObject({ status: 200, body: { state: 'accepted' } })
})
