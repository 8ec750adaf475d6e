import { mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli, spawnCli } from './run-cli.ts'
import { ADMIN_KEY, DONE, furnish, piece, startWorld, type World } from './world.ts'

let world: World
let environment: { name: string; key: string }

beforeAll(async () => {
  world = await startWorld()
  environment = await world.environment()
})
afterAll(() => world[Symbol.asyncDispose]())

function cli(args: string[], env: NodeJS.ProcessEnv = {}, run = runCli) {
  const variables = { SYNCLINE_ADMIN_KEY: ADMIN_KEY, SYNCLINE_URL: world.url, SYNCLINE_KEY: environment.key }
  return run(args, { ...variables, ...env })
}

test('the process of a command ends by itself, with an exit code that says how it went', async () => {
  expect(await cli(['env', 'list'], {}, spawnCli)).toMatchObject({
    ...{ code: 0, out: expect.stringContaining(environment.name), err: '' },
  })
  expect(await cli(['env', 'limits', 'nowhere'], {}, spawnCli)).toMatchObject({
    ...{ code: 1, out: '', err: expect.stringMatching(/^syncline: there is no environment 'nowhere'/) },
  })
  expect(await cli(['pauses'], {}, spawnCli)).toMatchObject({ code: 2, out: '' })
})

test('an environment and its keys are made, listed, rotated and revoked with the admin key', async () => {
  expect(await cli(['env', 'create', 'staging'])).toMatchObject({
    code: 0,
    out: expect.stringContaining('staging'),
  })
  expect((await cli(['env', 'list'])).out).toMatch(/^staging {2}/m)
  const made = await cli(['key', 'create', '--env', 'staging', '--label', 'ci'])
  const key = made.out.trim()
  expect(key).toMatch(/^sk_staging_/)
  const hint = key.slice(-4)
  expect((await cli(['key', 'list', '--env', 'staging'])).out).toContain(`${hint}  ci`)
  expect((await cli(['connection', 'list'], { SYNCLINE_KEY: key })).out).toBe(
    'ID  INTEGRATION  CREATED  NEEDS REAUTH\n',
  )
  const changed = ['--label', 'reads', '--scopes', 'read', '--expires', 'never', '--json']
  expect(JSON.parse((await cli(['key', 'update', hint, '--env', 'staging', ...changed])).out)).toMatchObject({
    ...{ label: 'reads', scopes: ['read'], expires_at: null },
  })
  const rotated = (await cli(['key', 'rotate', hint, '--env', 'staging', '--immediately'])).out.trim()
  expect(await cli(['connection', 'list'], { SYNCLINE_KEY: rotated })).toMatchObject({ code: 0 })
  expect(await cli(['key', 'revoke', rotated, '--env', 'staging'])).toMatchObject({ code: 0 })
  await expect
    .poll(() => cli(['connection', 'list'], { SYNCLINE_KEY: rotated }))
    .toMatchObject({ code: 1, err: expect.stringContaining('syncline key create') })
})

test('the admin key is read from a file as the gateway reads it', async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), 'syncline-admin-key-'))
  const file = join(directory.path, 'admin-key')
  await writeFile(file, `${ADMIN_KEY}\n`)
  const inFile = { SYNCLINE_ADMIN_KEY: '', SYNCLINE_ADMIN_KEY_FILE: file }
  expect(await cli(['env', 'list'], inFile)).toMatchObject({ code: 0, err: '' })
})

test('how much of the runners environments and integrations get is set, shown and taken back', async () => {
  await cli(['env', 'create', 'busy'])
  const limits = (...args: string[]) => cli(['env', 'limits', 'busy', ...args])
  expect((await limits()).out).toMatch(/^busy {2}default {3}1 {7}warn$/m)
  expect((await limits('--max-runs', '50', '--weight', '3')).out).toMatch(/^busy {2}50 {8}3 {7}warn$/m)
  expect((await limits('--weight', '4')).out).toMatch(/^busy {2}50 {8}4 {7}warn$/m)
  expect((await cli(['env', 'list'])).out).toMatch(/^busy +50 +4 +warn +20/m)
  expect((await limits('--validate', 'strict')).out).toMatch(/^busy {2}50 {8}4 {7}strict$/m)
  await limits('--validate', 'default')
  expect((await limits('--max-runs', 'none')).out).toMatch(/^busy {2}default {3}4 {7}warn$/m)
  expect(await world.catalog.environments.fresh('busy')).toEqual({
    name: 'busy',
    createdAt: expect.any(String),
    weight: 4,
  })

  const api = ['--base-url', 'https://erp.example', '--concurrency', '5', '--weight', '2']
  expect(await cli(['integration', 'create', 'erp', ...api])).toMatchObject({ code: 0 })
  expect((await cli(['integration', 'list'])).out).toMatch(/^erp .* 5 +2$/m)
  const update = (...args: string[]) => cli(['integration', 'update', 'erp', ...args])
  expect((await update('--concurrency', 'none')).out).toBe("Integration 'erp': concurrency none, weight 2.\n")
  expect((await cli(['integration', 'list'])).out).toMatch(/^erp .* - +2$/m)
  expect(await update()).toMatchObject({
    code: 2,
    err: expect.stringContaining('give --concurrency, --weight or --settings'),
  })
  const settings = '{"budget":{"requests":10,"per":"1m"},"display_name":"ERP"}'
  const changed = await update('--settings', settings, '--json')
  expect(JSON.parse(changed.out).data).toMatchObject({
    ...{ display_name: 'ERP', budget: { requests: 10, per: '1m' } },
  })
  await cli(['integration', 'delete', 'erp'])
})

test('integration, connection, variable, trigger, status and logs', async () => {
  await world.catalog.syncs.create(
    {
      environment: environment.name,
      integration: 'crm',
      name: 'contacts',
      description: '',
      version: '1',
      models: ['Contact'],
      frequency: 'every hour',
      autoStart: true,
      retries: 0,
      overlap: 'skip',
      trackDeletes: false,
      bundle: 'x',
      deployedAt: new Date().toISOString(),
    },
    environment.name,
    'crm',
    'contacts',
  )
  const place = [
    '--base-url',
    'https://crm.example',
    '--auth',
    'header:x-key',
    '--header',
    'accept: text/plain',
  ]
  expect(await cli(['integration', 'create', 'crm', ...place])).toMatchObject({ code: 0 })
  expect((await cli(['integration', 'list'])).out).toMatch(
    /^crm {2}crm {7}header {2}https:\/\/crm\.example {2}- {12}1$/m,
  )

  const connect = ['connection', 'create', 'crm', 'user-1', '--api-key', 'k', '--metadata', '{"a":1}']
  expect(await cli(connect)).toMatchObject({ code: 0 })
  expect((await cli(['connection', 'list', 'crm'])).out).toMatch(/^user-1 {2}crm/m)

  await cli(['variable', 'set', 'REGION', 'eu-1'])
  const variables = await cli(['variable', 'list'])
  expect(variables.out).toBe('NAME\nREGION\n')
  await cli(['variable', 'delete', 'REGION'])
  expect((await cli(['variable', 'list'])).out).toBe('NAME\n')

  world.answer = () => DONE
  expect(await cli(['trigger', 'crm', 'contacts', '--connection', 'user-1', '--reset'])).toMatchObject({
    code: 0,
  })
  expect(world.commands.at(-1)?.action).toMatchObject({
    $case: 'trigger',
    value: { target: { connectionId: 'user-1' }, reset: true, emptyCache: false },
  })

  world.schedules.searchSchedules = async () => ({
    schedules: [
      {
        id: 's',
        providerConfigKey: 'crm',
        connectionId: 'user-1',
        sync: 'contacts',
        variant: 'a',
        state: 'SCHEDULE_STATE_STARTED',
        frequency: 'every hour',
      },
    ],
  })
  world.records.countRecords = async () => ({ sizes: [{ live: 842 }] })
  expect((await cli(['status', 'crm'])).out).toMatch(/^contacts::a {2}user-1 .* SUCCESS .* Contact 842/m)

  const waits = "its run waits since 12:03 UTC: 200 of 200 runs of environment 'dev' are in flight"
  world.schedules.searchSchedules = async ({ cursor, filter }) => ({
    schedules: [
      {
        ...{ id: 's', providerConfigKey: 'crm', connectionId: 'user-1', sync: 'contacts', variant: 'base' },
        ...{ state: 'SCHEDULE_STATE_STARTED', frequency: 'every hour' },
        freshness: { reason: 'STALE_REASON_ENVIRONMENT_FULL', sinceMs: 1, message: waits },
      },
    ],
    total: 2,
    nextCursor: cursor === '' ? `${filter?.onlyStale}${filter?.reasons}` : '',
  })
  const fleet = (await cli(['status', '--stale', '--reason', 'environment_full', '--limit', '1'])).out
  expect(fleet).toMatch(/^crm {10}contacts {2}user-1 .* environment_full .* in flight$/m)
  expect(fleet).toContain('1 of 1 stale: syncline why crm/contacts user-1\n')
  expect(fleet).toContain('2 in all. For more: --cursor trueSTALE_REASON_ENVIRONMENT_FULL\n')

  world.schedules.listRuns = async () => ({
    runs: [{ id: 'run-1', providerConfigKey: 'crm', connectionId: 'user-1' }],
  })
  world.schedules.listSchedules = world.schedules.searchSchedules as never // a schedule, whatever was asked
  const why = await cli(['why', 'crm/contacts', 'user-1'])
  expect(why).toMatchObject({ code: 3, err: '' })
  expect(why.out).toContain(`why           ${waits}\n`)
  expect((await cli(['runs', '--integration', 'crm', '--state', 'queued'])).out).toMatch(/^run-1 {2}crm /m)
  world.schedules.listSchedules = async () => ({
    schedules: [{ id: 's', providerConfigKey: 'crm', state: 'SCHEDULE_STATE_STARTED' }],
  })
  expect(await cli(['why', 'crm/contacts', 'user-1'])).toMatchObject({ code: 0 })

  world.schedules.getCapacity = async () => ({
    environment: { name: 'dev', maxRuns: 200, running: 3, waiting: 2, weight: 1 },
    waitingByLane: { first: 2 },
    waitingByReason: { noRunner: 2 },
  })
  const capacity = (await cli(['capacity'])).out
  expect(capacity).toMatch(/^environment {2}dev .* 200 .*$/m)
  expect(capacity).toMatch(/by lane: triggered 0, first 2, fresh 0; by reason: .* no_runner 2\.$/m)
  world.answer = () => ({
    $case: 'done',
    value: { frequency: '', scheduleId: '', cancelled: 2, runs: [], moreRuns: false, refusals: [] },
  })
  expect((await cli(['cancel', 'crm', 'contacts', '--connection', 'user-1'])).out).toBe('Ended 2 runs.\n')
  expect(world.commands.at(-1)?.action).toMatchObject({
    $case: 'cancel',
    value: { target: { connectionId: 'user-1' } },
  })
  expect(await cli(['cancel', '--run', 'run-1'])).toMatchObject({ code: 0 })
  expect(world.commands.at(-1)?.action).toEqual({ $case: 'cancelRun', value: { runId: 'run-1' } })
  world.answer = () => DONE
  for (const verb of ['pause', 'start']) {
    expect(await cli([verb, 'crm', 'contacts'])).toMatchObject({ code: 0 })
    expect(world.commands.at(-1)?.action?.$case).toBe(verb)
  }

  world.schedules.listRuns = async () => ({ runs: [{ id: 'run-1' }] })
  world.records.listLogs = async ({ runId }) => ({
    lines: [{ atMs: 1, level: 'LOG_LEVEL_INFO', message: runId }],
  })
  expect((await cli(['logs', 'crm/contacts', 'user-1'])).out).toBe('1970-01-01T00:00:00.001Z info  run-1\n')
  expect((await cli(['logs', 'run-2'])).out).toContain('run-2')

  expect((await cli(['deletions', 'list', 'crm'])).out).toBe('No deletion is held back.\n')
  const { uid } = await world.catalog.connections.get(environment.name, 'crm', 'user-1')
  const held = (variant: string, fields: object = {}) => ({
    stream: { environment: environment.name, connection: uid, model: 'Contact', variant },
    ...{ atMs: 1, runId: 'run-1', unseen: 90, live: 91, ...fields },
  })
  world.records.listHeldDeletions = async ({ cursor }) =>
    cursor === ''
      ? { deletions: [held('base')], nextCursor: 'more' }
      : { deletions: [held('a', { incomplete: 'page 2' }), held('b', { released: true })] }
  const list = (await cli(['deletions', 'list'])).out
  const next = 'if they are really gone: syncline deletions release crm/Contact user-1'
  expect(list).toContain(`90 of 91  ${next}\n`)
  expect(list).toMatch(/Contact::a .* the next complete pass deletes; this one was not: page 2\n/)
  expect(list).toMatch(/Contact::b .* released: the next complete pass deletes\n/)
  world.records.releaseHeldDeletion = async ({ stream }) => ({ deletion: held(stream?.variant ?? '') })
  expect(await cli(['deletions', 'release', 'crm/Contact::a', 'user-1'])).toMatchObject({
    code: 0,
    out: expect.stringContaining(
      'missed 90 of 91 records. To run it now: syncline trigger crm --connection user-1',
    ),
  })

  expect(await cli(['undeploy', 'crm/contacts'])).toMatchObject({ code: 0 })
  expect(await cli(['connection', 'delete', 'crm', 'user-1'])).toMatchObject({ code: 0 })
  expect(await cli(['integration', 'delete', 'crm'])).toMatchObject({ code: 0 })
})

test('deploy bundles a folder and says what changed; a file that does not compile deploys nothing', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'syncline-cli-'))
  const file = join(folder.path, 'wiki/syncs/pages.ts')
  const write = (description: string, more = '') => writeFile(file, source(description, more))
  await mkdir(dirname(file), { recursive: true })
  await write('Pages')
  await cli(['integration', 'create', 'wiki', '--base-url', 'https://wiki.example'])
  const deploy = () => cli(['deploy', folder.path, '--yes'])
  expect((await deploy()).out).toMatch(/^new {5}wiki\/pages {2}1 {8}sync of Page$/m)
  expect((await deploy()).out).toBe('1 function unchanged\nnothing to change\n')
  await write('All pages')
  expect((await deploy()).out).toMatch(
    /^changed {2}wiki\/pages {2}1 → 2 {4}code; description: Pages → All pages$/m,
  )
  await write(
    'All pages',
    "retries: 2, overlap: 'cancel_running', fresh: '6h', pauseAfterFailures: 4, validate: 'strict'",
  )
  expect((await deploy()).out).toMatch(
    /^changed {2}wiki\/pages {2}2 → 3 {4}code; retries: 0 → 2; overlap: skip → cancel_running; validate: strict/m,
  )
  expect((await cli(['sync', 'list', 'wiki'])).out).toBe(
    'SYNC        VERSION  FREQUENCY   FRESH    JITTER  RETRIES  CONCURRENCY  OVERLAP         PAUSE AFTER  VALIDATE\n' +
      'wiki/pages  3        every hour  6 hours  -       2        -            cancel_running  4            strict\n',
  )
  await write('All pages', 'retries: 11')
  const message = "sync 'wiki/pages': retries '11' must be a whole number from 0 to 10"
  expect(await deploy()).toMatchObject({ code: 1, err: expect.stringContaining(message) })
  await write("oops' '")
  const failed = await deploy()
  expect(failed).toMatchObject({ code: 1, out: '' })
  expect(failed.err).toMatch(/^syncline: nothing was deployed:\nwiki\/pages: pages\.ts:4:/)
  const deployed = await world.catalog.syncs.get(environment.name, 'wiki', 'pages')
  expect(deployed).toMatchObject({
    version: '3',
    description: 'All pages',
    frequency: 'every hour',
    autoStart: true,
    retries: 2,
    overlap: 'cancel_running',
    fresh: '6 hours',
    pauseAfterFailures: 4,
  })
})

test('functions that are broken keep none of the others from being deployed, unless only a complete folder may be', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'syncline-cli-'))
  const syncs = join(folder.path, 'shop/syncs')
  await mkdir(syncs, { recursive: true })
  await writeFile(join(syncs, 'orders.ts'), source('Orders', ''))
  await writeFile(join(syncs, 'carts.ts'), "import 'nowhere'\nexport default 1\n")
  await writeFile(join(syncs, 'shared.ts'), 'export const shared = 1')
  await writeFile(join(syncs, 'refunds.ts'), 'export default 1')
  await cli(['integration', 'create', 'shop', '--base-url', 'https://shop.example'])
  const reasons = [
    'shop/carts: carts.ts:1:8: Could not resolve "nowhere"',
    'shop/refunds: its default export is not the result of createSync',
    'not deployed: shop/syncs/shared.ts: it has no default export',
  ]
  const strict = await cli(['deploy', folder.path, '--only-complete'])
  expect(strict).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringMatching(/^syncline: nothing was deployed:\n/m),
  })
  for (const reason of reasons) expect(strict.err).toContain(reason)
  expect(await world.catalog.syncs.find(environment.name, 'shop', 'orders')).toBeUndefined()

  const lenient = await cli(['deploy', folder.path, '--yes'])
  expect(lenient).toMatchObject({ code: 1, out: expect.stringContaining('deployed 1 function') })
  expect(lenient.err).toMatch(/^syncline: 2 functions were refused, all others were deployed:\n/m)
  for (const reason of reasons) expect(lenient.err).toContain(reason)
  expect(await world.catalog.syncs.find(environment.name, 'shop', 'orders')).toMatchObject({ version: '1' })
})

function source(description: string, more: string): string {
  return `import { createSync } from '@syncline/sdk'
import { z } from 'zod'
export default createSync({
  description: '${description}',
  frequency: '1h',
  ${more}${more && ','}
  models: { Page: z.object({ id: z.string() }) },
  exec: async (nango) => { await nango.batchSave([{ id: '1' }], 'Page') },
})`
}

test.each([
  [['status', 'nope'], {}, "there is no integration 'nope'"],
  [['status', 'nope'], { SYNCLINE_KEY: '' }, 'no key: set SYNCLINE_KEY, or give --key'],
  [['status', 'nope'], { SYNCLINE_URL: 'http://127.0.0.1:1' }, 'check SYNCLINE_URL'],
  [['env', 'list'], { SYNCLINE_ADMIN_KEY: '' }, 'set SYNCLINE_ADMIN_KEY'],
  [
    ['env', 'list'],
    { SYNCLINE_ADMIN_KEY: '', SYNCLINE_ADMIN_KEY_FILE: '/nowhere' },
    "there is no file or folder '/nowhere'",
  ],
  [['env', 'create', 'Prod!'], {}, "not 'Prod!'"],
  [['env', 'limits', 'nowhere'], {}, "there is no environment 'nowhere'"],
  [['env', 'limits', 'nowhere', '--max-runs', '9'], {}, "there is no environment 'nowhere'"],
  [['key', 'create', '--env', 'nowhere'], {}, "there is no environment 'nowhere'"],
  [['key', 'revoke', 'zzzz', '--env', 'staging'], {}, "no key that ends in 'zzzz'"],
  [['deploy', '/nowhere'], {}, 'there is no folder /nowhere'],
])('%j with %j ends with one line that says what to do', async (args, env, message) => {
  const { code, out, err } = await cli(args, env)
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(err).toContain(message)
  expect(err).not.toContain('    at ')
})

test.each([
  ...['0', '-1', '1.5', '1e3', '100001', 'many'].map((value): [string[], string] => [
    ['env', 'limits', 'dev', `--max-runs=${value}`],
    `argument '${value}' is invalid. must be a whole number from 1 to 100000`,
  ]),
  [['env', 'limits', 'dev', '--weight', '101'], 'must be a whole number from 1 to 100'],
  [['integration', 'update', 'x', '--concurrency', '0'], 'must be a whole number from 1 to 100000'],
  [['connection', 'create', 'x', '--metadata', '[]'], 'must be a JSON object'],
  [['integration', 'update', 'x', '--settings', 'secret'], '--settings must be a JSON object'],
  [['integration', 'create', 'x', '--auth', 'magic'], 'must be none, bearer, basic'],
  [['logs'], "missing required argument 'run'"],
  [['logs', 'crm/contacts'], 'on which connection?'],
  [['runs', '--since', 'yesterday'], 'must be such as 30m, 2h, 7d'],
  [['variant', 'create', 'crm/contacts', 'user-1'], 'names no variant'],
  [['cancel'], 'what to cancel?'],
  [['status', '--reason', 'bored'], "'bored' is none of paused, needs_reauth"],
  [['status', '--tag', 'plan'], 'Give <name>=<value>'],
  [['pauses'], "unknown command 'pauses'"],
  [['runs', '--limit', 'all'], 'must be a whole number from 1 to 100.'],
  [['status', '--limit', '0'], 'must be a whole number from 1 to 100000.'],
  [['key', 'create', '--env', 'dev', '--scopes', 'read,write'], "'write' is none of read, operate"],
  [['key', 'create', '--env', 'dev', '--connection', 'crm'], 'takes two names: <integration> <connection>'],
  [['why', 'crm', 'user-1'], 'Give it with its integration'],
  [['connection', 'update', 'crm', 'user-1'], 'nothing to change'],
])('%j is a usage error: exit code 2', async (args, message) => {
  const { code, out, err } = await cli(args)
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err).toContain(message)
  expect(err).not.toContain('    at ')
})

test('credentials come from a file or stdin too, and are never shown when they are wrong', async () => {
  const list = ['connection', 'list', 'vault']
  const place = ['--base-url', 'https://vault.example', '--auth', 'bearer']
  expect(await cli(['integration', 'create', 'vault', ...place])).toMatchObject({ code: 0 })
  await using folder = await mkdtempDisposable(join(tmpdir(), 'syncline-cli-'))
  const file = join(folder.path, 'credentials.json')
  await writeFile(file, '{"type":"OAUTH2","access_token":"a","refresh_token":"r"}\n')
  const create = ['connection', 'create', 'vault']
  expect(await cli([...create, 'one', '--credentials', `@${file}`])).toMatchObject({ code: 0 })
  const made = await world.catalog.connections.get(environment.name, 'vault', 'one')
  await writeFile(file, 'secret-key\n')
  expect(await cli([...create, 'two', '--api-key', `@${file}`])).toMatchObject({ code: 0 })
  const wrong = await cli([...create, 'three', '--credentials', `@${file}`])
  expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('must be a JSON object') })
  expect(wrong.err).not.toContain('secret-key')
  const reason = 'its credentials were refused'
  const needsReauth = { since: '2026-01-01T00:00:00.000Z', reason }
  await world.catalog.connections.update(() => ({ ...made, needsReauth }), environment.name, 'vault', 'one')
  await expect
    .poll(async () => (await cli(list)).out)
    .toMatch(/^one .*since 2026-01-01T00:00:00.000Z: its cred/m)
})

test('records, runs and connections are shown and changed, as text and as JSON', async () => {
  const there = await furnish(world)
  const run = (...args: string[]) => cli(args, { SYNCLINE_KEY: there.key })
  const json = async (...args: string[]) => JSON.parse((await run(...args, '--json')).out)
  world.records.listRecords = ({ ids }) => piece(`[{"id":"${ids}","title":"x","_nango_metadata":{}}]`)
  expect(JSON.parse((await run('record', 'get', 'github/GithubIssue', 'user-1', '..')).out)).toEqual({
    ...{ id: '..', title: 'x', _nango_metadata: {} },
  })
  world.records.countRecords = async () => ({ sizes: [{ live: 842, bytes: 9 }] })
  expect((await run('record', 'counts', 'github')).out).toMatch(/^github {7}GithubIssue {2}1 {12}842 {6}9$/m)
  expect(await json('record', 'counts')).toMatchObject({ counts: [{ records: 842 }] })

  world.schedules.getRun = async ({ runId }) => ({
    ...{ id: runId, providerConfigKey: 'github', connectionId: 'user-1', state: 'RUN_STATE_ENDED' },
    ...{ outcome: 'RUN_OUTCOME_FAILED', error: 'GET /issues: 500', lastLines: ['the last line'] },
  })
  const facts = { attempt: 1, runner: 'host/1/a', outcome: 'failed', startedAtMs: 1000, endedAtMs: 2000 }
  world.records.listAttempts = async () => ({ attempts: [{ ...facts, calls: [{ host: 'a.io', count: 3 }] }] })
  const shown = (await run('run', 'run-1')).out
  expect(shown).toMatch(/^attempt 1 +failed$/m)
  expect(shown).toMatch(/^a\.io +no answer +3 /m)
  expect(shown).toMatch(/^state +failed$/m)
  expect(shown).toMatch(/^error +GET \/issues: 500$/m)
  expect(shown).toContain('end of its log:\nthe last line\n')
  expect(await json('run', 'run-1')).toMatchObject({
    id: 'run-1',
    reason: 'failed',
    attempts: [{ attempt: 1 }],
  })

  const change = ['--tag', 'plan=pro', '--end-user', '{"id":"u-1"}']
  expect(await run('connection', 'update', 'github', 'user-1', ...change)).toMatchObject({ code: 0 })
  expect(await json('connection', 'list')).toMatchObject({
    connections: [{ connection_id: 'user-1', tags: { plan: 'pro' }, end_user: { id: 'u-1' } }],
  })
  const metadata = async (verb: string, ...args: string[]) =>
    JSON.parse((await run('metadata', verb, 'github', 'user-1', ...args)).out)
  expect(await metadata('get')).toEqual({ repo: 'acme/shop' })
  expect(await metadata('merge', '{"a":1}')).toEqual({ repo: 'acme/shop', a: 1 })
  expect(await metadata('set', '{"b":2}')).toEqual({ b: 2 })

  expect((await run('me')).out).toMatch(new RegExp(`^environment +${there.environment}$`, 'm'))
  expect(await json('me')).toMatchObject({ environment: there.environment, label: 'test' })
})

test('trigger --wait waits for the runs, and one that did not succeed is a failure', async () => {
  const there = await furnish(world)
  const wait = () => cli(['trigger', 'github', '--wait'], { SYNCLINE_KEY: there.key })
  const runs = ['run-1', 'run-2'].map((id) => ({
    id,
    connectionId: 'user-1',
    sync: 'issues',
    variant: 'base',
  }))
  world.answer = () => ({
    $case: 'done',
    value: { frequency: '', scheduleId: '', cancelled: 0, runs, moreRuns: false, refusals: [] },
  })
  const reads: string[] = []
  world.schedules.getRun = async ({ runId = '' }) => ({
    ...{ id: runId, providerConfigKey: 'github', connectionId: 'user-1', sync: 'issues', variant: 'base' },
    ...(reads.push(runId) === 1
      ? { state: 'RUN_STATE_RUNNING' as const }
      : { state: 'RUN_STATE_ENDED' as const, outcome: 'RUN_OUTCOME_SUCCESS' as const }),
  })
  const good = await wait()
  expect(good).toMatchObject({ code: 0, err: '' })
  expect(good.out).toMatch(/^run-2 {2}user-1 {6}issues {2}success/m)
  expect(reads).toEqual(['run-1', 'run-1', 'run-2'])
  world.schedules.getRun = async ({ runId }) => ({
    ...{
      id: runId,
      state: 'RUN_STATE_ENDED',
      outcome: runId === 'run-1' ? 'RUN_OUTCOME_FAILED' : 'RUN_OUTCOME_SUCCESS',
    },
  })
  expect(await wait()).toMatchObject({ code: 1, out: expect.stringMatching(/^run-1 .*failed/m) })
  world.answer = () => DONE
  expect((await wait()).out).toBe('No run was added: each of the syncs runs already.\n')
})
