import { eventually } from '@syncline/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aSync, type ask, furnish, startWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld({ scheduler: false })
})
afterAll(() => world[Symbol.asyncDispose]())

type Api = (path: string, init?: Parameters<typeof ask>[3]) => ReturnType<typeof ask>

const NONE = {
  fresh: null,
  jitter: null,
  retries: 0,
  concurrency: null,
  overlap: 'skip',
  pause_after_failures: null,
}
const ALL = {
  fresh: '3 hours',
  jitter: '10 minutes',
  retries: 3,
  concurrency: 20,
  overlap: 'queue_one',
  pause_after_failures: 5,
}

async function deploy(api: Api, fields: object) {
  const syncs = [aSync({ name: 'pulls', bundle: 'one', frequency: '0 * * * *', ...fields })]
  return api('/deployments', { method: 'POST', json: { syncs } })
}
const deployed = async (api: Api) => (await api('/deployments/pulls?provider_config_key=github')).body

test('how a sync is run is deployed with it; other options change nothing else', async () => {
  const { api, environment } = await furnish(world)
  expect((await deploy(api, {})).body.syncs).toMatchObject([{ version: '1', changed: true }])
  const first = await deployed(api)
  expect(first).toMatchObject(NONE)

  expect((await deploy(api, ALL)).body.syncs).toMatchObject([{ version: '1', changed: true }])
  const second = await deployed(api)
  expect(second).toEqual({ ...first, ...ALL, deployed_at: second.deployed_at })
  expect((await deploy(api, { ...ALL, fresh: '180m' })).body.syncs).toMatchObject([{ changed: false }])
  await eventually(async () =>
    expect(await world.catalog.syncs.get(environment, 'github', 'pulls')).toMatchObject({
      fresh: '3 hours',
      jitter: '10 minutes',
      retries: 3,
      concurrency: 20,
      overlap: 'queue_one',
      pauseAfterFailures: 5,
    }),
  )
  // What is left out is as if it had never been there.
  expect((await deploy(api, { retries: 3 })).body.syncs).toMatchObject([{ version: '1', changed: true }])
  expect(await deployed(api)).toMatchObject({ ...NONE, retries: 3 })
  expect((await api('/deployments')).body.syncs).toMatchObject([NONE, { ...NONE, retries: 3 }])
})

test('a sync of an older build, without these fields, is as it was, and deployed again unchanged', async () => {
  const { api, environment } = await furnish(world)
  await deploy(api, {})
  const { retries, overlap, ...old } = await world.catalog.syncs.fresh(environment, 'github', 'pulls')
  expect({ retries, overlap }).toEqual({ retries: 0, overlap: 'skip' })
  await world.catalog.syncs.upsert(() => old as never, environment, 'github', 'pulls') // as an older build has written it
  await eventually(async () => expect(await deployed(api)).toMatchObject(NONE))
  expect((await deploy(api, {})).body.syncs).toMatchObject([{ version: '1', changed: false }])
})

test.each([
  [
    { fresh: '59 minutes' },
    'fresh',
    "sync 'github/pulls': fresh '59 minutes' is too short: at least '1 hour'",
  ],
  [{ jitter: '2 hours' }, 'jitter', "sync 'github/pulls': jitter '2 hours' is too long: at most '1 hour'"],
  [{ jitter: '5m', frequency: '1h' }, 'jitter', "jitter '5m' is for cron"],
  [{ retries: 11 }, 'retries', "retries '11' must be a whole number from 0 to 10"],
  [{ retries: '3' }, 'retries', 'expected number'],
  [{ concurrency: 0 }, 'concurrency', "concurrency '0' must be a whole number from 1"],
  [{ concurrency: null }, 'concurrency', 'expected number'],
  [{ overlap: 'parallel' }, 'overlap', 'expected one of "skip"|"queue_one"|"cancel_running"'],
  [{ pause_after_failures: -3 }, 'pause_after_failures', "pause_after_failures '-3' must be"],
  [{ fresh: 15 }, 'fresh', 'expected string'],
  [{ pauseAfterFailures: 3 }, undefined, 'Unrecognized key: "pauseAfterFailures"'],
])('a deployment with %j is refused and stores nothing', async (fields, field, message) => {
  const { api } = await furnish(world)
  const answer = await deploy(api, fields)
  expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid_body' } } })
  expect(answer.body.error.message).toContain(message)
  expect(answer.body.error.errors[0].path).toEqual(['syncs', '0', ...(field ? [field] : [])])
  expect((await api('/deployments/pulls?provider_config_key=github')).status).toBe(404)
})

test('an integration has a limit and a weight, which can be changed and taken back', async () => {
  const { api, environment } = await furnish(world)
  const crm = { unique_key: 'crm', provider: 'crm', base_url: 'https://crm.example' }
  const made = await api('/integrations', { method: 'POST', json: { ...crm, concurrency: 5, weight: 2 } })
  expect(made).toMatchObject({ status: 200, body: { data: { concurrency: 5, weight: 2 } } })
  const patch = async (json: object) => (await api('/integrations/crm', { method: 'PATCH', json })).body.data
  expect(await patch({ display_name: 'CRM' })).toMatchObject({ concurrency: 5, weight: 2 })
  expect(await patch({ concurrency: 7 })).toMatchObject({ concurrency: 7, weight: 2, base_url: crm.base_url })
  await eventually(async () =>
    expect(await world.catalog.integrations.get(environment, 'crm')).toMatchObject({ maxRuns: 7, weight: 2 }),
  )
  expect(await patch({ concurrency: null, weight: null })).toMatchObject({ concurrency: null, weight: 1 })
  const stored = await world.catalog.integrations.fresh(environment, 'crm')
  expect(stored).not.toHaveProperty('maxRuns')
  expect(stored).not.toHaveProperty('weight')
  expect((await api('/integrations')).body.data).toMatchObject([
    { unique_key: 'crm', concurrency: null, weight: 1 },
    { unique_key: 'github', concurrency: null, weight: 1 },
  ])
})

test.each<[field: string, value: unknown, message: string]>([
  ...['concurrency', 'weight'].flatMap((field) =>
    [0, -1, 1.5, 1e300, 100_001].map((value): [string, unknown, string] => [field, value, `not ${value}`]),
  ),
  ['weight', 101, 'must be a whole number from 1 to 100, not 101'],
  ['concurrency', '5', 'expected number'],
  ['weight', [], 'expected number'],
])(
  'an integration with %s %j is refused, when it is made and when it is changed',
  async (field, value, message) => {
    const { api } = await furnish(world)
    const crm = {
      unique_key: 'crm',
      provider: 'crm',
      base_url: 'https://crm.example',
      [String(field)]: value,
    }
    const change = { [String(field)]: value }
    for (const answer of [
      await api('/integrations', { method: 'POST', json: crm }),
      await api('/integrations/github', { method: 'PATCH', json: change }),
    ]) {
      expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid_body' } } })
      expect(answer.body.error.message).toContain(`${field}: `)
      expect(answer.body.error.message).toContain(message)
    }
    expect((await api('/integrations/github')).body.data).toMatchObject({ concurrency: null, weight: 1 })
  },
)
