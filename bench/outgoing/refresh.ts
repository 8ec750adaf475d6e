import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempDisposable } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { connectBus } from '@syncline/bus'
import { Keyring, openCatalog, sealCredentials } from '@syncline/catalog'
import { startNats, startRedis } from '@syncline/embedded'
import { namespace } from '@syncline/testkit'
import type { RefreshWork } from './refresh-process.ts'

const PROCESSES = 4
const CALLS_OF_EACH = 50
/** Of the token endpoint: all calls come meanwhile. */
const ANSWER_MS = 300

/** Runs of several runners need a token of one connection at once: one request asks for it, and all of them get it. */
export async function run(): Promise<{ name: string; value: string; reach: string; ok: boolean }[]> {
  await using open = new AsyncDisposableStack()
  const dir = open.use(await mkdtempDisposable(join(tmpdir(), 'syncline-bench-'))).path
  const server = async (start: typeof startNats | typeof startRedis, name: 'nats' | 'redis') =>
    process.env[`SYNCLINE_TEST_${name.toUpperCase()}_URL`] ??
    open.use(await start({ dir: join(dir, name), log: join(dir, `${name}.log`) })).url
  const work: RefreshWork = {
    natsUrl: await server(startNats, 'nats'),
    redisUrl: await server(startRedis, 'redis'),
    prefix: namespace(),
    keyring: Keyring.generate('bench'),
    calls: CALLS_OF_EACH,
  }
  let requests = 0
  const api = createServer((_, response) => {
    const body = JSON.stringify({
      access_token: `token-${++requests}`,
      refresh_token: 'r2',
      expires_in: 3600,
    })
    setTimeout(() => response.writeHead(200, { 'content-type': 'application/json' }).end(body), ANSWER_MS)
  }).listen(0, '127.0.0.1')
  open.defer(() => void api.close())
  await once(api, 'listening')
  await makeConnection(work, `http://127.0.0.1:${(api.address() as AddressInfo).port}`) // it listens on TCP

  const children = await Promise.all(Array.from({ length: PROCESSES }, () => startProcess(work)))
  const startedAt = performance.now()
  const results = await Promise.all(children.map((child) => child.run()))
  const ms = performance.now() - startedAt
  const tokens = new Set(results.flatMap((result) => result.tokens))
  const calls = PROCESSES * CALLS_OF_EACH
  return [
    {
      name: `refresh requests for ${calls} concurrent runs of ${PROCESSES} processes that need a token of one connection`,
      value: String(requests),
      reach: 'exactly 1',
      ok: requests === 1 && tokens.size === 1,
    },
    {
      name: `time until all ${calls} have the token, with an endpoint that takes ${ANSWER_MS} ms`,
      value: `${Math.round(ms)} ms`,
      reach: '≤ 2 000 ms',
      ok: ms <= 2000,
    },
  ]
}

async function makeConnection(
  { natsUrl: url, prefix, keyring }: RefreshWork,
  tokenUrl: string,
): Promise<void> {
  await using bus = await connectBus({ url, prefix, replicas: 1 }, 'bench')
  await using catalog = await openCatalog(bus, console.error)
  const now = new Date().toISOString()
  await catalog.integrations.create(
    {
      environment: 'dev',
      key: 'api',
      provider: 'acme',
      displayName: 'Acme',
      baseUrl: tokenUrl,
      auth: {
        type: 'oauth2',
        token: {
          url: tokenUrl,
          method: 'POST',
          body: 'form',
          client_auth: 'body',
          headers: {},
          params: {},
          token_path: 'access_token',
          expires_in_path: 'expires_in',
          refresh_token_path: 'refresh_token',
        },
        placement: { in: 'header', name: 'authorization', prefix: 'Bearer ' },
      },
      createdAt: now,
      updatedAt: now,
    },
    'dev',
    'api',
  )
  const place = { environment: 'dev', integration: 'api', id: 'c' }
  const credentials = {
    type: 'OAUTH2',
    access_token: 'old',
    refresh_token: 'r1',
    expires_at: 1,
    config_override: { client_id: 'i', client_secret: 's' },
  } as const
  await catalog.connections.create(
    {
      ...place,
      uid: 'uid',
      sealedCredentials: sealCredentials(new Keyring(keyring), credentials, place),
      metadata: null,
      connectionConfig: {},
      tags: {},
      createdAt: now,
      updatedAt: now,
    },
    'dev',
    'api',
    'c',
  )
}

async function startProcess(work: RefreshWork) {
  const child = spawn(process.execPath, ['--no-warnings', join(import.meta.dirname, 'refresh-process.ts')], {
    env: { ...process.env, REFRESH_WORK: JSON.stringify(work) },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  await lines.next()
  return {
    async run(): Promise<{ tokens: string[]; ms: number }> {
      child.stdin.end('go\n')
      const { value } = await lines.next()
      await exited
      return JSON.parse(value ?? '{"tokens":[],"ms":0}')
    },
  }
}
