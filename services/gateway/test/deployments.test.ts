import { bundleKey } from '@syncline/catalog'
import { eventually } from '@syncline/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aSync, furnish, startWorld, type World } from './world.ts'

// Deployments with a plan: what `syncline deploy` sends.

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

async function home() {
  const { api, environment } = await furnish(world)
  return {
    environment,
    api,
    plan: (json: object) => api('/deployments/plan', { method: 'POST', json }),
    deploy: (json: object) => api('/deployments', { method: 'POST', json }),
    put: (text: string, hash = bundleKey(text)) =>
      api(`/bundles/${hash}`, { method: 'PUT', json: { bundle: text } }),
    list: async () => (await api('/deployments')).body.syncs.map(({ name }: { name: string }) => name),
  }
}

function hashed(fields: Record<string, unknown>, text: string) {
  const { bundle: _, ...sync } = aSync(fields)
  return { ...sync, bundle_hash: bundleKey(text) }
}

test('a bundle is sent once, and deployments name it by its hash', async () => {
  const { plan, deploy, put } = await home()
  const text = `module.exports = '${crypto.randomUUID()}'`
  const syncs = [hashed({ name: 'pulls' }, text), hashed({ name: 'labels' }, text)]
  const first = await plan({ syncs })
  expect(first.body).toMatchObject({
    changes: [{ name: 'issues', change: 'gone' }, { name: 'labels', change: 'new' }, { name: 'pulls' }],
    schedules: { start: 2 },
    missing_bundles: [bundleKey(text)],
  })
  expect(await deploy({ syncs })).toMatchObject({ status: 404, body: { error: { code: 'unknown_bundle' } } })
  expect(await put(text, bundleKey('another'))).toMatchObject({
    status: 400,
    body: { error: { errors: [{ path: ['bundle'] }] } },
  })
  expect((await put(text)).status).toBe(200)
  expect((await plan({ syncs })).body.missing_bundles).toEqual([])
  expect((await deploy({ syncs, plan: first.body.plan })).body.syncs).toMatchObject([
    { name: 'pulls', version: '1', changed: true },
    { name: 'labels', version: '1', changed: true },
  ])
  // What is deployed needs no bundle again, however old it is.
  const again = await plan({ syncs: [hashed({ name: 'pulls', frequency: '1h' }, text)] })
  expect(again.body).toMatchObject({
    missing_bundles: [],
    changes: [{}, {}, { change: 'changed', version: '1' }],
  })
})

test('a function has a bundle or its hash, not both and not none', async () => {
  const { deploy } = await home()
  const { bundle: _, ...none } = aSync({ name: 'pulls' })
  for (const sync of [none, { ...none, bundle: 'x', bundle_hash: bundleKey('x') }]) {
    expect(await deploy({ syncs: [sync] })).toMatchObject({
      status: 400,
      body: { error: { errors: [{ path: ['syncs', '0', 'bundle'] }] } },
    })
  }
})

test('a plan is stale once something was deployed or removed', async () => {
  const { api, plan, deploy, list } = await home()
  const syncs = [aSync({ name: 'pulls' })]
  const planOf = async () => (await plan({ syncs })).body.plan
  const stale = { status: 409, body: { error: { code: 'stale_plan' } } }
  const first = await planOf()
  expect(await planOf()).toBe(first)
  await deploy({ syncs: [aSync({ name: 'labels' })] })
  expect(await deploy({ syncs, plan: first })).toMatchObject(stale)
  const second = await planOf()
  await api('/deployments/labels?provider_config_key=github', { method: 'DELETE' })
  expect(await deploy({ syncs, plan: second })).toMatchObject(stale)
  expect(await list()).toEqual(['issues'])
  expect((await deploy({ syncs, plan: await planOf() })).status).toBe(200)
})

test('deployments at the same time are made one after the other', async () => {
  const { deploy, list } = await home()
  const all = Array.from({ length: 4 }, (_, n) => `sync${n}`)
  const answers = await Promise.all(all.map((name) => deploy({ syncs: [aSync({ name })] })))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
  expect(await list()).toEqual(['issues', ...all])
})

test('prune removes what is not sent and not to be kept', async () => {
  const { deploy, list } = await home()
  await deploy({ syncs: ['pulls', 'labels'].map((name) => aSync({ name })) })
  const keep = [{ provider_config_key: 'github', name: 'labels' }]
  const { body } = await deploy({ syncs: [aSync({ name: 'pulls' })], keep, prune: true })
  expect(body.removed).toEqual([{ provider_config_key: 'github', name: 'issues' }])
  expect(await list()).toEqual(['labels', 'pulls'])
  expect((await deploy({ prune: true })).body.removed).toHaveLength(2)
  expect(await list()).toEqual([])
})

test('a plan lists each function that can not be deployed, and a deployment with one stores nothing', async () => {
  const { plan, deploy, list } = await home()
  const syncs = [
    aSync({ name: 'good' }),
    aSync({ name: 'copy', models: ['GithubIssue'] }),
    aSync({ name: 'often', frequency: 'every second' }),
    aSync({ name: 'lost', provider_config_key: 'nowhere' }),
  ]
  const { body } = await plan({ syncs })
  expect(body.changes).toMatchObject([
    { name: 'good', change: 'new' },
    { name: 'issues', change: 'gone' },
  ])
  expect(body.refused).toMatchObject([
    { name: 'often', code: 'invalid_body' },
    { name: 'lost', code: 'unknown_integration', message: "there is no integration 'nowhere'" },
    { name: 'copy', code: 'duplicate_model' },
  ])
  const copies = await deploy({ syncs: [syncs[0], syncs[1]] })
  expect(copies).toMatchObject({ status: 400, body: { error: { code: 'duplicate_model' } } })
  expect(await list()).toEqual(['issues'])
})

test('a gateway that starts finishes what one that died has begun', async () => {
  const { environment, list } = await home()
  const { catalog } = world
  const since = await catalog.deployments.begin(environment)
  const issues = await catalog.syncs.get(environment, 'github', 'issues')
  const writes = ['a', 'b'].map((name) =>
    catalog.syncs.writeOf({ ...issues, name, models: [`Model_${name}`] }, environment, 'github', name),
  )
  await catalog.deployments.record(environment, since, writes)
  expect(await list()).toEqual(['issues'])
  await using _gateway = await world.startGateway()
  await eventually(async () => expect(await list()).toEqual(['a', 'b', 'issues']))
  await eventually(() =>
    expect(world.log.join('')).toContain('finished a deployment that a gateway had begun and left'),
  )
})
