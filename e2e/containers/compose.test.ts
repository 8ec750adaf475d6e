import { join } from 'node:path'
import { deploy } from '@syncline/example-github-issues/setup'
import { Syncline } from '@syncline/sdk'
import { eventually } from '@syncline/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ComposedSystem, type Container, startComposedSystem } from './composed-system.ts'
import { findDocker } from './docker.ts'

const SERVICES = ['gateway', 'scheduler', 'runner', 'records'] as const
const TWO = { gateway: 2, scheduler: 2, runner: 2, records: 2 }
const GIVE_UP_MS = 120_000
const [INTEGRATION, CONNECTION] = ['github', 'demo']
const PLACE = { providerConfigKey: INTEGRATION, connectionId: CONNECTION }

const docker = await findDocker()
const missing = 'missing' in docker ? docker.missing : undefined
if (missing) console.warn(`the tests in containers are skipped: ${missing}`)

describe.skipIf(missing)('docker-compose.yml', () => {
  let system: ComposedSystem
  let client: Syncline
  let key: string

  beforeAll(async () => {
    if ('missing' in docker) return
    system = await startComposedSystem(docker, TWO)
    key = await eventually(exampleKey, { timeoutMs: GIVE_UP_MS }).catch(async (cause) => {
      throw new Error(`the example did not come up:\n${await system.compose('logs', '--tail=20')}`, { cause })
    })
    client = new Syncline({ secretKey: key, host: system.url })
  })
  afterAll(() => system?.[Symbol.asyncDispose]())

  async function exampleKey(): Promise<string> {
    const [example] = await system.containers('example')
    const found = /Bearer (sk_\w+)/.exec((await example?.log()) ?? '')
    return found?.[1] ?? expect.fail('the example has printed no key yet')
  }

  const records = async () =>
    (await client.listRecords({ ...PLACE, model: 'GithubIssue', limit: 50 })).records
  const get = async (path: string) => {
    const started = performance.now()
    const response = await fetch(system.url + path, {
      headers: {
        authorization: `Bearer ${key}`,
        'provider-config-key': INTEGRATION,
        'connection-id': CONNECTION,
      },
      signal: AbortSignal.timeout(20_000),
    })
    return { status: response.status, body: await response.text(), ms: performance.now() - started }
  }
  const allReady = () =>
    eventually(
      async () => {
        for (const service of SERVICES) {
          const states = (await system.containers(service)).map(({ health }) => health)
          expect(states, service).toEqual(states.map(() => 'healthy'))
        }
      },
      { timeoutMs: GIVE_UP_MS },
    )
  const exits = async (service: string) => (await system.containers(service)).map(({ exitCode }) => exitCode)

  test('two of each service come up ready, and the example’s records come', async () => {
    await allReady()
    for (const service of SERVICES) expect(await system.containers(service)).toHaveLength(2)
    await eventually(async () => expect(await records()).toHaveLength(13), { timeoutMs: GIVE_UP_MS })
  })

  test('a change at the source arrives', async () => {
    await fetch(`${system.replayUrl}/replay/issues/3`, {
      method: 'PATCH',
      body: JSON.stringify({ title: 'A better title' }),
    })
    await client.triggerSync(INTEGRATION, ['github-issues'], CONNECTION)
    await eventually(
      async () => expect((await records()).find(({ number }) => number === 3)?.title).toBe('A better title'),
      { timeoutMs: GIVE_UP_MS },
    )
  })

  test('a request line of 100 long ids arrives through the balancer', async () => {
    const ids = Array.from({ length: 100 }, (_, n) => `ids=${'x'.repeat(250)}${n}`)
    expect(await get(`/records?model=GithubIssue&${ids.join('&')}`)).toMatchObject({ status: 200 })
  })

  test.each(SERVICES)('one of two instances of %s is killed, and requests go on', async (service) => {
    const [victim] = (await system.containers(service)) as [Container]
    await victim.kill()
    const answers = []
    for (let n = 0; n < 20; n++) answers.push(await get('/records?model=GithubIssue&limit=3'))
    // A call that was under way may have been lost, and so may one that was sent before the loss was noticed.
    expect(answers.slice(5).map(({ status }) => status)).toEqual(answers.slice(5).map(() => 200))
    await client.triggerSync(INTEGRATION, ['github-issues'], CONNECTION)
    await victim.start()
    await allReady()
  })

  test('services are scaled down and up again', async () => {
    await system.up({ gateway: 1, scheduler: 1, runner: 1, records: 1 })
    await eventually(async () => expect((await get('/health')).status).toBe(200), { timeoutMs: GIVE_UP_MS })
    expect(await records()).toHaveLength(13)
    await system.up({ ...TWO, gateway: 3 })
    await allReady()
    expect(await system.containers('gateway')).toHaveLength(3)
    expect(await records()).toHaveLength(13)
  })

  test('a runner that is stopped ends its run first, and exits with 0', async () => {
    await deploy(join(import.meta.dirname, 'functions'), system.url, key)
    await client.triggerSync(INTEGRATION, ['slow'], CONNECTION)
    const latest = async () =>
      (await client.runs.list({ providerConfigKey: INTEGRATION, sync: 'slow', connectionId: CONNECTION }))
        .runs[0]
    await eventually(async () => expect(await latest()).toMatchObject({ state: 'running' }), {
      timeoutMs: GIVE_UP_MS,
    })
    await system.compose('stop', 'runner')
    expect(await exits('runner'), await system.compose('logs', '--tail=5', 'runner')).toEqual([0, 0])
    await eventually(async () =>
      expect(await latest()).toMatchObject({ state: 'ended', reason: null, attempt: 1 }),
    )
    await system.compose('start', 'runner')
    await allReady()
  })

  test('while a store is away, health says so, and errors come within 5 s without addresses', async () => {
    for (const [store, say] of [
      ['redis', /redis/i],
      ['clickhouse', /clickhouse/i],
    ] as const) {
      const [container] = (await system.containers(store)) as [Container]
      await container.kill()
      const health = await eventually(
        async () => {
          const answer = await get('/health')
          expect(answer).toMatchObject({ status: 503, body: expect.stringMatching(say) })
          return answer
        },
        { timeoutMs: 20_000 },
      )
      const status = await get('/sync/status?provider_config_key=github&syncs=*&connection_id=demo')
      const page = await get('/records?model=GithubIssue&limit=3')
      for (const answer of [health, status, page]) {
        expect(answer.ms).toBeLessThan(5500)
        expect(answer.body).not.toMatch(/\d+\.\d+\.\d+\.\d+|ECONN|ENOTFOUND|EAI_AGAIN|:6379|:8123/)
      }
      if (store === 'redis') expect(status.status).toBe(503)
      await container.start()
      await eventually(async () => expect((await get('/health')).status).toBe(200), { timeoutMs: GIVE_UP_MS })
    }
  })

  test('the example that is created again makes no second key', async () => {
    await system.compose('rm', '--stop', '--force', 'example')
    await system.up({ ...TWO, gateway: 2 })
    expect(await eventually(exampleKey, { timeoutMs: GIVE_UP_MS })).toBe(key)
    const list = await system.compose(
      'exec',
      '-T',
      'gateway',
      'node',
      'cli/src/main.ts',
      'key',
      'list',
      '--env',
      'dev',
    )
    expect(list.match(/example/g)).toHaveLength(1)
  })

  test('everything stops with exit code 0, all at once', async () => {
    const ours = [...SERVICES, 'balancer', 'github-replay']
    await system.compose('stop', ...ours)
    for (const service of ours) {
      const codes = await exits(service)
      expect(codes, service).toEqual(codes.map(() => 0))
    }
  })
})
