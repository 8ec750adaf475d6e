import { mkdir, mkdtempDisposable, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from './run-cli.ts'
import { ask, startWorld, type World } from './world.ts'

// `syncline deploy`: shows before it acts.

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

async function project(files: Record<string, string>) {
  const { key } = await world.environment()
  const folder = await mkdtempDisposable(join(tmpdir(), 'syncline-deploy-'))
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(folder.path, path)), { recursive: true })
    await writeFile(join(folder.path, path), text)
  }
  for (const [path, text] of Object.entries(files)) await write(path, text)
  const env = { SYNCLINE_URL: world.url, SYNCLINE_KEY: key }
  const post = (path: string, json: unknown) => ask(world.url, key, path, { method: 'POST', json })
  await post('/integrations', { unique_key: 'shop', provider: 'custom', base_url: 'https://shop.example' })
  return {
    post,
    deploy: (...options: string[]) => runCli(['deploy', folder.path, ...options], env),
    /** Names of the syncs that are deployed. */
    async deployed(): Promise<string[]> {
      const { body } = await ask(world.url, key, '/scripts/config')
      return body.flatMap(({ syncs }: { syncs: { name: string }[] }) => syncs.map((sync) => sync.name))
    },
    write,
    remove: (path: string) => rm(join(folder.path, path)),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

const sync = (model: string, fields = '', more = '') => `import { createSync } from '@syncline/sdk'
import { z } from 'zod'
export default createSync({
  description: '', frequency: '1h', ${more}
  models: { ${model}: z.object({ id: z.string(), ${fields} }) },
  exec: async (nango) => { await nango.batchSave([], '${model}') },
})`

test('without a terminal nothing is deployed unasked, and a dry run says by its exit code whether something would change', async () => {
  await using folder = await project({ 'shop/syncs/orders.ts': sync('Order') })
  const list = 'CHANGE  FUNCTION     VERSION  WHAT\nnew     shop/orders  1        sync of Order\n'
  expect(await folder.deploy()).toEqual({
    code: 2,
    out: list,
    err: expect.stringMatching(/^syncline: nothing was deployed, .* give --yes .* or --dry-run/),
  })
  const json = await folder.deploy('--json')
  expect(json).toMatchObject({ code: 2, err: expect.stringContaining('nothing was deployed') })
  expect(JSON.parse(json.out)).toMatchObject({
    would_change: true,
    deployed: false,
    changes: [{ name: 'orders' }],
  })
  expect(await folder.deploy('--dry-run')).toEqual({ code: 2, out: list, err: '' })
  expect(await folder.deployed()).toEqual([])
  expect(await folder.deploy('--yes')).toEqual({ code: 0, out: `${list}deployed 1 function\n`, err: '' })
  const same = { code: 0, out: '1 function unchanged\nnothing to change\n', err: '' }
  expect(await folder.deploy()).toEqual(same)
})

test('the plan shows what changes for readers and schedules; what is gone stays unless it is pruned', async () => {
  await using folder = await project({
    'shop/syncs/orders.ts': sync('Order', 'total: z.number(), note: z.string()'),
    'shop/syncs/carts.ts': sync('Cart'),
  })
  await folder.post('/connections', {
    ...{ provider_config_key: 'shop', connection_id: 'user-1', credentials: { type: 'NONE' } },
  })
  expect((await folder.deploy('--yes')).out).toContain('\nschedules: 2 start\n')
  await folder.write(
    'shop/syncs/orders.ts',
    sync('Order', 'total: z.string(), vat: z.number().optional()').replace('1h', '2h'),
  )
  await folder.remove('shop/syncs/carts.ts')
  const { out, err } = await folder.deploy('--yes')
  expect(err).toBe('')
  expect(out).toBe(
    [
      'CHANGE   FUNCTION     VERSION  WHAT',
      'changed  shop/orders  1 → 2    code; frequency: every hour → every 2 hours',
      'gone     shop/carts   1        not in the folder: syncline undeploy shop/carts',
      'schedules: 1 change their frequency',
      'model shop/Order changes: - note, total: number → string, + vat (number, optional)',
      'deployed 1 function',
      '',
    ].join('\n'),
  )
  const json = await folder.deploy('--prune', '--dry-run', '--json')
  expect(json.code).toBe(2)
  expect(JSON.parse(json.out)).toMatchObject({
    would_change: true,
    deployed: false,
    changes: [
      { name: 'carts', change: 'removed', version: null, schedules: { stop: 1 } },
      { name: 'orders', change: 'unchanged' },
    ],
    models: [{ model: 'Cart', change: 'gone', renamed_to: null }],
    schedules: { start: 0, stop: 1, change_frequency: 0 },
    refused: [],
    not_deployed: [],
  })
  expect((await folder.deploy('--prune', '--yes')).out).toContain(
    'model shop/Cart is gone. Reading it will be a 404 unknown_model\nremoved 1 function\n',
  )
  expect(await folder.deployed()).toEqual(['orders'])
})

test('functions that are refused keep the others from nothing, and nothing from being gone', async () => {
  await using folder = await project({
    'shop/syncs/orders.ts': sync('Order'),
    'shop/syncs/carts.ts': sync('Cart'),
  })
  await folder.deploy('--yes')
  await folder.write('shop/syncs/carts.ts', `${sync('Cart')} oops`)
  await folder.write('shop/syncs/copies.ts', sync('Order'))
  await folder.write('shop/syncs/refunds.ts', sync('Refund'))
  await folder.write('lost/syncs/things.ts', sync('Thing'))
  await folder.write('shop/syncs/often.ts', sync('Often').replace('1h', '1s'))
  await folder.write(
    'shop/syncs/tracked.ts',
    sync('Tracked', '', "syncType: 'incremental', trackDeletes: true,"),
  )
  const { code, out, err } = await folder.deploy('--yes', '--prune')
  expect(code).toBe(1)
  expect(out).toMatch(
    /^new {5}shop\/refunds {2}1 {8}sync of Refund\n1 function unchanged\ndeployed 1 function\n$/m,
  )
  const [first, ...lines] = err.trim().split('\n')
  expect(first).toBe(
    'syncline: 5 functions were refused, all others were deployed; nothing is removed while a function is refused:',
  )
  expect(lines).toEqual([
    expect.stringMatching(/^shop\/carts: carts\.ts:7:/),
    expect.stringMatching(/^shop\/tracked: trackDeletes: a sync with syncType 'incremental'/),
    expect.stringMatching(/^lost\/things: there is no integration 'lost' \(see `syncline integration list`/),
    expect.stringMatching(/^shop\/often: .*30/),
    expect.stringMatching(
      /^shop\/copies: sync 'shop\/copies' saves the model 'Order', as 'shop\/orders' does/,
    ),
  ])
  const strict = await folder.deploy('--only-complete', '--yes')
  expect(strict).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringMatching(/^syncline: nothing was deployed:\n/),
  })
})
