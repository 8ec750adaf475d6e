import { afterAll, beforeAll, expect, test } from 'vitest'
import { linesOfCli, runCli } from './run-cli.ts'
import { DONE, furnish, piece, startWorld, type World } from './world.ts'

let world: World
let home: Awaited<ReturnType<typeof furnish>>

beforeAll(async () => {
  world = await startWorld()
  home = await furnish(world)
})
afterAll(() => world[Symbol.asyncDispose]())

const cli = (...args: string[]) => runCli(args, { SYNCLINE_URL: world.url, SYNCLINE_KEY: home.key })
const json = async (...args: string[]) => JSON.parse((await cli(...args, '--json')).out)

test('a variant is made, listed and deleted; a frequency is set and reset', async () => {
  world.answer = () => DONE
  const variant = ['github/issues::team-a', 'user-1']
  expect(await json('variant', 'create', ...variant)).toEqual({
    ...{ id: 'schedule-1', name: 'issues', variant: 'team-a' },
  })
  expect(world.commands.at(-1)?.action).toMatchObject({
    ...{ $case: 'createVariant', value: { connectionId: 'user-1', sync: { variant: 'team-a' } } },
  })
  const schedule = { providerConfigKey: 'github', connectionId: 'user-1', sync: 'issues' }
  world.schedules.searchSchedules = async () => ({
    schedules: ['base', 'team-a'].map((name) => ({
      ...schedule,
      ...{ id: name, variant: name, state: 'SCHEDULE_STATE_STARTED' as const, frequency: 'every hour' },
    })),
  })
  expect((await cli('variant', 'list', 'github/issues', 'user-1')).out).toMatch(
    /^team-a +SUCCESS +every hour/m,
  )
  expect(await cli('variant', 'list', 'github/nothing', 'user-1')).toMatchObject({
    ...{ code: 1, err: "syncline: there is no sync 'github/nothing' on connection 'user-1'\n" },
  })
  expect((await cli('variant', 'delete', ...variant)).out).toContain('Deleted github/issues::team-a')

  const set = await cli('frequency', 'set', 'github/issues', 'user-1', 'every hour')
  expect(set).toMatchObject({ code: 0, out: "github/issues of connection 'user-1' runs every hour now.\n" })
  expect(await json('frequency', 'reset', 'github/issues', 'user-1')).toEqual({ frequency: 'every hour' })
})

test('runs that failed are found by --failed, --since, --integration and --sync', async () => {
  let asked: unknown
  world.schedules.listRuns = async (request) => {
    asked = request
    return { runs: [] }
  }
  await cli('runs', '--failed', '--since', '2h', '--sync', 'github/issues')
  expect(asked).toMatchObject({
    ...{ providerConfigKey: 'github', sync: { name: 'issues', variant: 'base' } },
    fromMs: expect.any(Number),
    outcomes: expect.arrayContaining(['RUN_OUTCOME_FAILED', 'RUN_OUTCOME_LOST', 'RUN_OUTCOME_OUT_OF_MEMORY']),
  })
  expect(JSON.stringify(asked)).not.toMatch(/CANCELLED|SUCCESS/)
})

test('logs -f prints each line once until the run has ended, and its exit code is that of the run', async () => {
  const lines = ['one', 'two', 'three'].map((message, i) => ({
    ...{ atMs: i, level: 'LOG_LEVEL_INFO' as const, message },
  }))
  const cursors: (string | undefined)[] = []
  world.records.listLogs = async ({ cursor }) => {
    cursors.push(cursor)
    const from = Number(cursor || 0)
    const page = lines.slice(from, from + 1)
    return { lines: page, nextCursor: String(from + page.length) }
  }
  world.schedules.getRun = async ({ runId }) => ({
    ...{ id: runId, providerConfigKey: 'github', connectionId: 'user-1', sync: 'issues', variant: 'base' },
    ...(cursors.length < 2
      ? { state: 'RUN_STATE_RUNNING' as const }
      : {
          state: 'RUN_STATE_ENDED' as const,
          outcome: 'RUN_OUTCOME_FAILED' as const,
          error: 'GET /issues: 500',
        }),
  })
  const followed = await cli('logs', 'run-1', '-f')
  expect(followed.out.match(/info {2}\w+/g)).toEqual(['info  one', 'info  two', 'info  three'])
  expect(followed).toMatchObject({ code: 1, err: "run 'run-1' ended: failed: GET /issues: 500\n" })
})

test('records are shown as of a time, by ids, and page by page', async () => {
  const metadata = { last_modified_at: '2026-11-27T10:00:00.000Z', last_action: 'ADDED' }
  let asked: { asOfMs?: number; ids?: readonly string[] } = {}
  world.records.listRecords = (request) => {
    asked = request
    return piece(JSON.stringify([{ id: '1', title: 'x', _nango_metadata: metadata }]))
  }
  const shown = await cli('records', 'github/GithubIssue', 'user-1', '--as-of', '2026-11-27T11:00:00Z')
  expect(shown).toMatchObject({ code: 0, out: '2026-11-27T10:00:00.000Z  ADDED    {"id":"1","title":"x"}\n' })
  expect(asked.asOfMs).toBe(Date.parse('2026-11-27T11:00:00Z'))
  expect(await json('records', 'github/GithubIssue', 'user-1', '--id', '1,2')).toMatchObject({
    ...{ records: [{ id: '1' }], next_cursor: null },
  })
  expect(asked.ids).toEqual(['1', '2'])
  expect(await cli('records', 'github/GithubIssue', 'user-1', '--follow', '--id', '1')).toMatchObject({
    code: 2,
  })
})

test('records --follow prints each change once, as it comes', async () => {
  const changes = [
    ['1', 'ADDED', '2026-11-27T10:00:00.000Z'],
    ['1', 'DELETED', '2026-11-27T10:00:01.000Z'],
  ]
  world.records.listRecords = ({ cursor, modifiedAfterMs }) => {
    expect(modifiedAfterMs).toBe(Date.parse('2026-11-27T09:00:00Z'))
    const at = Number(cursor || 0)
    const page = changes.slice(at, at + 1).map(([id, last_action, last_modified_at]) => ({
      ...{ id, _nango_metadata: { last_action, last_modified_at, pruned_at: null, cursor: String(at + 1) } },
    }))
    return piece(JSON.stringify(page))
  }
  const args = ['records', 'github/GithubIssue', 'user-1', '--follow', '--since', '2026-11-27T09:00:00Z']
  const env = { SYNCLINE_URL: world.url, SYNCLINE_KEY: home.key }
  expect(await linesOfCli(2, args, env)).toEqual([
    '2026-11-27T10:00:00.000Z  ADDED    {"id":"1"}',
    '2026-11-27T10:00:01.000Z  DELETED  {"id":"1"}',
  ])
})

test('doctor names every part, what is wrong, and what to do; exit code 1 if something failed', async () => {
  world.schedules.getCapacity = async () => ({
    environment: { name: 'dev', running: 1 },
    runners: [{ id: 'r', sandbox: 'basic', slots: 50, busy: 1, seenAtMs: Date.now() }],
  })
  const well = await cli('doctor')
  expect(well).toMatchObject({ code: 0, err: '' })
  expect(well.out).toMatch(
    /^ok +redis durability +appendonly yes, appendfsync always, maxmemory-policy noeviction$/m,
  )
  // On a busy machine an answer comes late, and the clock in it looks behind.
  expect(well.out).toMatch(
    /^(ok|warning) +clocks +against the gateway: Redis [+-]\d+ ms, records [+-]\d+ ms, scheduler/m,
  )
  expect(well.out).toMatch(/^warning +sandbox .*level basic.*\n +→ let them have user namespaces/m)
  world.schedules.getCapacity = async () => ({ environment: { name: 'dev' }, runners: [] })
  const lame = await cli('doctor', '--json')
  expect(lame.code).toBe(1)
  expect(JSON.parse(lame.out)).toMatchObject({
    state: 'failed',
    checks: expect.arrayContaining([
      { name: 'runners', state: 'failed', message: 'none: no run begins', advice: expect.any(String) },
    ]),
  })
  const away = await runCli(['doctor'], { SYNCLINE_URL: 'http://127.0.0.1:1', SYNCLINE_KEY: home.key })
  expect(away).toMatchObject({ code: 1, err: '', out: expect.stringMatching(/^failed +api +no answer/) })
})

test('bulk does the same with all that a filter finds, and says what was refused', async () => {
  const found = Array.from({ length: 250 }, (_, i) => ({
    ...{ id: `s${i}`, providerConfigKey: 'github', connectionId: `user-${i}`, sync: 'issues' },
    ...{ variant: 'base', state: 'SCHEDULE_STATE_STARTED' as const, frequency: 'every hour' },
  }))
  const filters: unknown[] = []
  world.schedules.searchSchedules = async ({ filter, limit = 0, cursor }) => {
    filters.push(filter)
    const from = Number(cursor || 0)
    const next = from + limit < found.length ? String(from + limit) : ''
    return { schedules: found.slice(from, from + limit), nextCursor: next, total: found.length }
  }
  const refusals = [{ id: 's120', code: 'not_found', message: "there is no schedule 's120'" }]
  world.answer = ({ action }) => {
    const isThere = action?.$case === 'actOnSchedules' && action.value.ids.includes('s120')
    return { ...DONE, value: { ...DONE.value, refusals: isThere ? refusals : [] } } as typeof DONE
  }
  world.commands.length = 0
  const filter = ['github', 'issues', '--stale', '--failing', '--search', 'USER']
  const asked = await cli('bulk', 'pause', ...filter)
  expect([asked.code, asked.err, world.commands]).toEqual([2, expect.stringContaining('--yes'), []])

  const paused = await cli('bulk', 'pause', ...filter, '--yes')
  expect(paused.code).toBe(1)
  expect(paused.out).toContain('Pause: 249 of 250 schedules done.\n')
  expect(paused.out).toMatch(/^github +issues +user-120 +there is no schedule 's120'$/m)
  const actions = world.commands.map(({ action }) =>
    action?.$case === 'actOnSchedules' ? action.value : null,
  )
  expect(actions.map((it) => [it?.ids.length, it?.action?.$case])).toEqual([
    [100, 'pause'],
    [100, 'pause'],
    [50, 'pause'],
  ])
  expect(filters).toEqual(
    Array(3).fill({
      ...{ providerConfigKey: 'github', connectionId: '', syncs: [{ name: 'issues', variant: 'base' }] },
      ...{ states: [], runStates: [], reasons: [], onlyStale: true, onlyFailing: true },
      ...{ tags: {}, version: '', q: 'USER' },
    }),
  )
  found.length = 2
  world.commands.length = 0
  // The last run of the second one did not end with the error that is named.
  const finishedAtMs = Date.UTC(2026, 10, 27)
  const lastRun = { state: 'RUN_STATE_ENDED' as const, outcome: 'RUN_OUTCOME_FAILED' as const, finishedAtMs }
  for (const schedule of found) Object.assign(schedule, { lastRun: { ...lastRun, id: `${schedule.id}-1` } })
  const { listRunFacts } = world.runFacts
  world.runFacts.listRunFacts = async ({ fingerprint, fromMs }) => ({
    ...{ isLast: true, knownFromMs: 1, knownToMs: Date.now() },
    runs: fingerprint === '9f86d081884c7d65' && fromMs === finishedAtMs ? [{ runId: 's0-1' }] : [],
  })
  const again = ['bulk', 'trigger', '--fingerprint', '9f86d081884c7d65', '--yes', '--json']
  expect(JSON.parse((await cli(...again)).out)).toMatchObject({ total: 1, done: 1 })
  expect(world.commands[0]?.action).toMatchObject({ value: { ids: ['s0'] } })
  expect(filters.at(-1)).toMatchObject({ onlyFailing: true })
  if (listRunFacts) world.runFacts.listRunFacts = listRunFacts
  world.commands.length = 0
  const set = await cli('bulk', 'frequency', '--frequency', 'default', '--yes', '--json')
  expect([set.code, JSON.parse(set.out)]).toEqual([
    0,
    { action: 'frequency', total: 2, done: 2, accepted: [], refused: [] },
  ])
  expect(world.commands[0]?.action).toMatchObject({
    value: { action: { $case: 'setFrequency', value: { frequency: '' } } },
  })
  expect(await cli('bulk', 'frequency', '--yes')).toMatchObject({ code: 2 })
  expect(await cli('bulk', 'sing', '--yes')).toMatchObject({ code: 2 })
})

test('the checkpoint of a schedule is shown, set and cleared', async () => {
  const place = { providerConfigKey: 'github', connectionId: 'user-1' }
  world.answer = () => DONE
  world.schedules.listSchedules = async () => ({
    schedules: [
      {
        ...place,
        id: 's',
        sync: 'issues',
        variant: 'a',
        state: 'SCHEDULE_STATE_PAUSED',
        checkpoint: '{"at":7}',
      },
    ],
  })
  const sync = ['github/issues::a', 'user-1']
  expect(JSON.parse((await cli('checkpoint', 'get', ...sync)).out)).toEqual({ at: 7 })
  const value = { ...place, sync: { name: 'issues', variant: 'a' } }
  expect(await json('checkpoint', 'set', ...sync, '{"at":8,"done":true}')).toEqual({
    checkpoint: { at: 8, done: true },
  })
  expect(world.commands.at(-1)?.action).toEqual({
    $case: 'setCheckpoint',
    value: { ...value, checkpoint: '{"at":8,"done":true}' },
  })
  expect((await cli('checkpoint', 'clear', ...sync)).out).toContain('has no checkpoint now')
  expect(world.commands.at(-1)?.action).toEqual({
    $case: 'setCheckpoint',
    value: { ...value, checkpoint: '' },
  })
  expect(await cli('checkpoint', 'set', ...sync, '[1]')).toMatchObject({ code: 2 })
})
