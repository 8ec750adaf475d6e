import type { ListRecordsRequest, ListVersionsRequest } from '@syncline/proto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from './run-cli.ts'
import { furnish, piece, startWorld, type World } from './world.ts'

let world: World
let home: Awaited<ReturnType<typeof furnish>>

beforeAll(async () => {
  world = await startWorld()
  home = await furnish(world)
})
afterAll(() => world[Symbol.asyncDispose]())

const cli = (...args: string[]) => runCli(args, { SYNCLINE_URL: world.url, SYNCLINE_KEY: home.key })

const version = (id: string, fields: object = {}) => ({
  ...{ id, ...fields },
  _nango_metadata: {
    ...{ first_seen_at: '2026-11-27T10:00:00.000Z', last_modified_at: '2026-11-27T10:00:01.000Z' },
    ...{
      last_action: 'UPDATED',
      deleted_at: null,
      pruned_at: null,
      cursor: 'YQ==',
      run_id: 'run-7',
      bytes: 42,
    },
  },
})

test('records newest first without payloads, a history, streams, and the changes of a run', async () => {
  const asked: (ListRecordsRequest | ListVersionsRequest)[] = []
  world.records.listRecords = (request) => {
    asked.push(request)
    return piece(JSON.stringify([version('a')]))
  }
  world.records.listVersions = (request) => {
    asked.push(request)
    return piece(JSON.stringify([version('-a', { n: 2 })]), 'next')
  }
  world.records.listStreams = async () => ({ streams: [] })
  world.records.countRecords = async () => ({
    sizes: [{ live: 3, bytes: 99, lastModifiedMs: Date.parse('2026-11-27T10:00:01Z') }],
  })
  world.schedules.getRun = async () => ({
    ...{ id: 'run-7', providerConfigKey: 'github', connectionId: 'user-1', sync: 'issues', variant: 'base' },
  })
  world.records.listRunChanges = async () => ({
    changes: [{ id: 'a', action: 'RECORD_ACTION_ADDED', atMs: 1_700_000_000_000, bytes: 42 }],
  })
  const place = ['github/GithubIssue', 'user-1']
  const [newest, history, streams, changes, alone] = await Promise.all([
    cli('records', ...place, '--newest', '--no-payload'),
    cli('record', 'get', '--history', '--limit', '1', '--', ...place, '-a'),
    cli('record', 'streams', 'github', '--connection', 'user-1'),
    cli('run', 'run-7', '--changes'),
    cli('record', 'get', ...place, 'a', '--limit', '1'),
  ])
  expect(newest.out).toBe('2026-11-27T10:00:01.000Z  UPDATED  {"id":"a"}  42 bytes  run run-7\n')
  expect(history.out).toMatch(/^2026-11-27T10:00:01.000Z {2}UPDATED {2}run run-7 {2}{"id":"-a","n":2}$/m)
  expect(history.out).toContain('There are more: --cursor next')
  expect(streams.out).toMatch(/^github +user-1 +GithubIssue +base +issues +3 +99 +2026-11-27T10:00:01.000Z$/m)
  expect(changes.out).toMatch(/^2023-11-14T22:13:20.000Z +ADDED +GithubIssue +a +42$/m)
  expect(alone).toMatchObject({
    code: 2,
    err: expect.stringContaining('--limit and --cursor go with --history'),
  })
  expect(asked).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ newestFirst: true, withoutPayload: true }),
      expect.objectContaining({ id: '-a', limit: 1 }),
    ]),
  )
})
