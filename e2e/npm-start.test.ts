import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, mkdir, mkdtempDisposable, readFile, symlink } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { blocksFor } from '@syncline/docs/blocks'
import { ROOT } from '@syncline/launcher'
import { eventually, freePort } from '@syncline/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runPage } from './page-commands.ts'

// What `npm start` runs, on data and ports of its own.
const FILE = 'e2e/npm-start.test.ts'
const stack = new AsyncDisposableStack()
let env: NodeJS.ProcessEnv
let dir: string
let launcher: ChildProcess
/** In place of hn.algolia.com. */
let hackerNews: string

beforeAll(async () => {
  dir = stack.use(await mkdtempDisposable(join(tmpdir(), 'syncline-start-'))).path
  hackerNews = await startHackerNews()
  env = {
    ...process.env,
    EGRESS_ALLOW_HOSTS: new URL(hackerNews).host,
    SYNCLINE_DIR: dir,
    SYNCLINE_PORT: String(await freePort()),
    REPLAY_PORT: String(await freePort()),
  }
  launcher = start()
  stack.defer(() => void launcher.kill('SIGKILL'))
})
afterAll(() => stack.disposeAsync())

const start = (changes: NodeJS.ProcessEnv = {}, args: string[] = []) => run('main.ts', args, changes)

function run(file: string, args: string[], changes: NodeJS.ProcessEnv): ChildProcess {
  return spawn(process.execPath, ['--no-warnings', join(ROOT, 'launcher/src', file), ...args], {
    env: { ...env, ...changes },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** Repeats `check` until it passes. Fails at once, with what it said, when the program ends before. */
async function eventuallyOf(program: ChildProcess, check: () => Promise<void>): Promise<void> {
  const said = [program.stdout, program.stderr].map((stream) => stream && text(stream))
  const ended = once(program, 'exit').then(async ([code, signal]) => {
    throw new Error(`it ended (${code ?? signal}): ${(await Promise.all(said)).join('')}`)
  })
  await Promise.race([eventually(check, { timeoutMs: 150_000 }), ended])
  ended.catch(() => {}) // it may end later, as it should
}

const facts = async (folder = dir) => JSON.parse(await readFile(join(folder, 'dev.json'), 'utf8'))

async function firstRecords(folder = dir): Promise<{ records: unknown[] }> {
  const { url, key, provider_config_key, connection_id, model } = await facts(folder)
  const response = await fetch(`${url}/records?model=${model}`, {
    headers: {
      authorization: `Bearer ${key}`,
      'provider-config-key': provider_config_key,
      'connection-id': connection_id,
    },
  })
  return (await response.json()) as { records: unknown[] }
}

const alive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('it starts everything, tells how to use it, and the records come', async () => {
  await eventuallyOf(launcher, async () => expect((await firstRecords()).records).toHaveLength(13))
  const { pids, sync } = await facts()
  expect(Object.keys(pids).sort()).toEqual(
    ['clickhouse', 'gateway', 'nats', 'records', 'redis', 'runner', 'scheduler'].sort(),
  )
  expect(sync).toBe('github-issues')
})

test('the commands of docs/start/first-records.md give what the page says', async () => {
  const page = 'docs/start/first-records.md'
  const [first = '', , , changed = '', around = ''] = await runPage(FILE, page, await readersFolder())
  const { records, next_cursor } = JSON.parse(first)
  const [answer] = blocksFor(FILE, page).filter(({ language }) => language === 'json')
  const shown = JSON.parse(answer?.text ?? '')
  expect(records).toEqual([{ ...shown.records[0], _nango_metadata: expect.any(Object) }])
  expect(Object.keys(records[0]._nango_metadata)).toEqual(Object.keys(shown.records[0]._nango_metadata))
  expect(next_cursor).toEqual(expect.any(String))
  expect(JSON.parse(changed).records).toEqual([
    expect.objectContaining({
      title: 'A better title',
      _nango_metadata: expect.objectContaining({ last_action: 'UPDATED' }),
    }),
  ])
  expect(around).toContain('fresh until')
})

test('the curl command of README.md gives records', async () => {
  const [answer = ''] = await runPage(FILE, 'README.md', await readersFolder())
  expect(JSON.parse(answer).records).toHaveLength(3)
})

test('the commands of docs/concepts/history.md give versions, and a stream as it was', async () => {
  const [versions = '', asOf = ''] = await runPage(FILE, 'docs/concepts/history.md', await readersFolder())
  expect(JSON.parse(versions).records).toEqual([expect.objectContaining({ number: 1 })])
  expect(asOf).toContain('"title":"A better title"')
})

test('the commands of docs/start/your-own-sync.md make a sync that is fresh', async () => {
  const [readmes] = blocksFor(FILE, 'README.md').filter(({ language }) => language === 'ts')
  const [pages] = blocksFor(FILE, 'docs/start/your-own-sync.md').filter(({ language }) => language === 'ts')
  expect(readmes?.text).toBe(pages?.text)
  const [, deployed = '', ran = ''] = await runPage(
    FILE,
    'docs/start/your-own-sync.md',
    await readersFolder(),
  )
  expect(deployed).toMatch(/added +3 [\s\S]*deployed 1 function/)
  expect(ran).toContain('"title":"Story 2"')
  expect(ran).toMatch(/state +fresh/)
})

test('each form of credentials in docs/guides/credentials.md is accepted', async () => {
  const { url, key } = await facts()
  const call = async (method: string, path: string, body?: string) => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    const response = await fetch(`${url}${path}`, { method, headers, ...(body !== undefined && { body }) })
    expect([response.status, await response.text()]).toEqual([expect.toSatisfy(isSuccess), expect.anything()])
  }
  const bodies = blocksFor(FILE, 'docs/guides/credentials.md').map(({ marks, text }) => ({
    path: marks.get('body') === 'createIntegration' ? '/integrations' : '/connections',
    text,
  }))
  expect(bodies.length).toBeGreaterThan(15)
  for (const { path, text } of bodies) {
    await call('POST', path, text)
    // Forms share names: each begins with an integration.
    if (path === '/connections') await call('DELETE', `/integrations/${JSON.parse(text).provider_config_key}`)
  }
})

test.each([
  'docs/start/dashboard.md',
  'docs/guides/rate-limits.md',
  'docs/guides/backfills-and-variants.md',
  'docs/guides/reacting-to-changes.md',
  'docs/guides/providers.md',
  'docs/operations/backups.md',
  'docs/reference/keys.md',
])('the commands of %s work', async (page) => {
  await runPage(FILE, page, await readersFolder())
})

test('the commands of docs/guides/moving-from-nango.md move an environment', async () => {
  const reader = await readersFolder()
  // What the API does not tell of an integration is its provider's.
  const provider = JSON.stringify({ name: 'hacker-news', base_url: 'https://hn.algolia.com' })
  const before = [
    ...reader.before,
    `echo '${provider}' > hacker-news.yaml`,
    'syncline provider deploy hacker-news.yaml',
  ]
  const steps = await runPage(FILE, 'docs/guides/moving-from-nango.md', { ...reader, before })
  expect(steps.at(-1)).toContain('"title"')
})

test('a second start says that one runs already', async () => {
  const second = start()
  const said = text(second.stderr as NodeJS.ReadableStream) // a pipe
  const [code] = await once(second, 'exit')
  expect(code).toBe(1)
  expect(await said).toMatch(/runs already.*Ctrl-C/)
})

test('a taken port is one line that says what to do', async () => {
  const second = start({ SYNCLINE_DIR: join(dir, 'other') })
  const said = text(second.stderr as NodeJS.ReadableStream) // a pipe
  const [code] = await once(second, 'exit')
  expect(code).toBe(1)
  expect((await said).trim().split('\n')).toEqual([expect.stringMatching(/SYNCLINE_PORT.*\d+/)])
})

test('Ctrl-C stops every process, and the next start finds its data', async () => {
  const { pids, key } = await facts()
  launcher.kill('SIGINT')
  await once(launcher, 'exit')
  expect(Object.values<number>(pids).filter(alive)).toEqual([])

  launcher = start()
  await eventuallyOf(launcher, async () => {
    expect((await facts()).launcher).toBe(launcher.pid)
    expect((await firstRecords()).records).toHaveLength(13)
  })
  expect((await facts()).key).toBe(key)
})

test('when the launcher is killed with SIGKILL, nothing stays behind', async () => {
  const { pids } = await facts()
  launcher.kill('SIGKILL')
  await eventually(() => expect(Object.values<number>(pids).filter(alive)).toEqual([]))
})

test('a service that was left out is run from another terminal, and found by the others', async () => {
  await using place = await elsewhere()
  const without = start(place.env, ['--without', 'records'])
  stack.defer(() => void without.kill('SIGKILL'))
  await eventually(async () => expect((await facts(place.dir)).services).toHaveProperty('records'))
  const service = run('run-service.ts', ['records'], place.env)
  stack.defer(() => void service.kill('SIGKILL'))
  await eventually(async () => expect((await firstRecords(place.dir)).records).toHaveLength(13))
  const { pids, services } = await facts(place.dir)
  expect(Object.keys(pids)).not.toContain('records')
  expect(JSON.stringify(services)).not.toContain('KEYRING')
  for (const child of [service, without]) {
    child.kill('SIGTERM')
    await ended(child)
    expect(child.exitCode).toBe(0)
  }
  expect(Object.values<number>(pids).filter(alive)).toEqual([])
})

test('a stop while it starts ends what has started', async () => {
  await using place = await elsewhere()
  const starting = start(place.env)
  stack.defer(() => void starting.kill('SIGKILL'))
  await eventually(() => access(join(place.dir, 'logs/nats.log')), { everyMs: 5 })
  starting.kill('SIGTERM')
  await ended(starting)
  expect(starting.exitCode).toBe(0)
})

const isSuccess = (status: number) => status < 300

/** What the reader of a page has: the clone with its data, keys, and the addresses of this test. */
async function readersFolder() {
  const { url, key, replay_url } = await facts()
  const folder = join(dir, 'clone')
  await mkdir(folder, { recursive: true })
  await symlink(dir, join(folder, '.syncline')).catch(() => {}) // the page before made it
  const cli = `${process.execPath} --no-warnings ${join(ROOT, 'cli/src/main.ts')} "$@"`
  return {
    folder,
    before: [
      `export SYNCLINE_URL=${url} SYNCLINE_KEY=${key} SYNCLINE_ADMIN_KEY=$(cat .syncline/admin-key) NANGO_HOST=${url}`,
      `syncline() { ${cli}; }`,
    ],
    replaced: {
      'npm run --silent syncline -- "$@"': `SYNCLINE_URL=${url} ${cli}`,
      'npm run --silent syncline --': `SYNCLINE_URL=${url} ${cli.replace(' "$@"', '')}`,
      'http://127.0.0.1:3003': url,
      'http://127.0.0.1:3999': replay_url,
      'https://hn.algolia.com': hackerNews,
      // Our own API in the place of Nango's.
      'NANGO_SECRET_KEY=…': `NANGO_SECRET_KEY=${key}`,
      'my-functions': 'my-syncs',
      // The exit code that says that something would change.
      'import nango.json --dry-run': 'import nango.json --dry-run || test $? = 2',
    },
  }
}

/** Two pages with three stories, and an empty one. */
async function startHackerNews(): Promise<string> {
  const pages = [[1, 2], [3]]
  const server = createServer((request, response) => {
    const page = Number(new URL(request.url ?? '', 'http://api').searchParams.get('page'))
    const hits = (pages[page] ?? []).map((id) => ({ objectID: String(id), title: `Story ${id}`, points: id }))
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ hits }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  stack.defer(() => void server.close().closeAllConnections())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}` // it listens on TCP
}

async function elsewhere() {
  const temp = await mkdtempDisposable(join(tmpdir(), 'syncline-start-'))
  const ports = { SYNCLINE_PORT: String(await freePort()), REPLAY_PORT: String(await freePort()) }
  return {
    dir: temp.path,
    env: { SYNCLINE_DIR: temp.path, ...ports },
    [Symbol.asyncDispose]: () => temp.remove(),
  }
}

const ended = (child: ChildProcess) =>
  eventually(() => expect(child.exitCode ?? child.signalCode).not.toBeNull())
