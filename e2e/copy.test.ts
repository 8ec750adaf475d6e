import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Keyring } from '@syncline/catalog'
import { startSystem } from '@syncline/launcher'
import { RecordsDefinition } from '@syncline/proto'
import { batchOf, encodeRecord } from '@syncline/record'
import { connect } from '@syncline/rpc'
import { type NangoRecord, Syncline } from '@syncline/sdk'
import { SeededRandom } from '@syncline/testkit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Applied, type Copy, type Copying, readCopy, type Step, steps } from './copying-process.ts'

const random = new SeededRandom(process.env.COPY_SEED)
beforeEach(({ onTestFailed }) => onTestFailed(() => console.log(`replay with: COPY_SEED=${random.seed}`)))

const where = { providerConfigKey: 'crm', connectionId: 'user-1', model: 'Contact' }
const IDS = 60
const BATCH = 7

let store: Awaited<ReturnType<typeof openStore>>
beforeAll(async () => {
  store = await openStore()
})
afterAll(() => store?.[Symbol.asyncDispose]())

test('an id of 1 024 characters of any form is listed, read by itself and by ids, and where the next page begins', async () => {
  const notes = { ...where, model: 'Note' }
  const ids = [
    '中'.repeat(1024),
    '🚀'.repeat(512),
    `${'/\'"?#%\n\\'.repeat(128)}`,
    'x'.repeat(1024),
    'a b',
    '🚀',
  ]
  await store.saveNotes(ids.map((id) => ({ id, title: id.slice(0, 4) })))
  const listed: string[] = []
  for (let cursor: string | null = null, more = true; more; more = cursor !== null) {
    const page: { records: NangoRecord[]; next_cursor: string | null } = await store.client.listRecords({
      ...{ ...notes, limit: 1 },
      ...(cursor !== null && { cursor }),
    })
    listed.push(...page.records.map(({ id }) => String(id)))
    cursor = page.next_cursor
  }
  expect(listed.toSorted()).toEqual(ids.toSorted())
  expect(listed).toHaveLength(ids.length)
  for (const id of ids) expect((await store.client.records.get({ ...notes, id })).id).toBe(id)
  const some = await store.client.listRecords({ ...notes, ids: ids.slice(1) })
  expect(some.records.map(({ id }) => id).toSorted()).toEqual(ids.slice(1).toSorted())
})

test('a copy that is killed at any step, also with its gateway, is in the end what the store has', async () => {
  const copying = { url: store.url, key: store.key, where, batchSize: BATCH }
  await using folder = await mkdtempDisposable(join(tmpdir(), 'syncline-copy-'))
  await store.change(40)
  for (const dieAt of [...steps, ...steps]) {
    const before = readCopy(folder.path)
    expect(await runCopy({ ...copying, folder: folder.path, dieAt })).toBe('SIGKILL')
    const after = readCopy(folder.path)
    const told = after.batches.slice(before.batches.length)
    expectWhatTheStepLeft(dieAt, told, after.cursor)
    const settled = new Set(settledChanges(before))
    expect(told.flatMap(changesOf).filter((change) => settled.has(change))).toEqual([])
    // More comes while nobody copies: new records, updates, deletions, and deleted ones that are there again.
    await store.change(30)
  }
  const killed = runCopy({ ...copying, folder: folder.path })
  store.killGateway()
  // It may have ended before, have waited for the next gateway, or have given up: then it is started again.
  await killed
  await expect.poll(() => runCopy({ ...copying, folder: folder.path }), { timeout: 60_000 }).toBe(0)

  const all = await Array.fromAsync(store.client.records.iterate<{ id: string; title: string }>(where))
  const live = all.filter(({ _nango_metadata: it }) => it.last_action !== 'DELETED')
  expect(all.length - live.length).toBeGreaterThan(5)
  const { titles, batches, cursor } = readCopy(folder.path)
  expect(titles).toEqual(Object.fromEntries(live.map(({ id, title }) => [id, title])))
  expect(cursor).toBe(all.at(-1)?._nango_metadata.cursor)
  expectEveryLastChange(all, batches)
  for (const batch of batches)
    expect(changesOf(batch).some((it) => it.endsWith(` ${batch.cursor}`))).toBe(true)
  const changes = batches.flatMap(changesOf)
  expect(new Set(changes).size).toBeLessThan(changes.length)
})

/** The second batch of the run was applied or not, and the cursor that was saved is that of it or of the one before. */
function expectWhatTheStepLeft(step: Step, [first, second]: Applied[], cursor: string | undefined) {
  expect(first).toBeDefined()
  if (step === 'applying') expect(second).toBeUndefined()
  else expect(second).toBeDefined()
  expect(cursor).toBe(step === 'saved' ? second?.cursor : first?.cursor)
}

/** What a record is at last, the copy was told, with the cursor that the record has. */
function expectEveryLastChange(all: NangoRecord[], batches: Applied[]) {
  const told = new Set(batches.flatMap(changesOf))
  const last = all.map(({ id, _nango_metadata: { last_action, cursor } }) =>
    last_action === 'DELETED' ? `deleted ${id} ${cursor}` : `saved ${id} ${cursor}`,
  )
  expect(last.filter((change) => !told.has(change))).toEqual([])
}

const changesOf = ({ upserts, deletions }: Applied) => [
  ...upserts.map(([id, cursor]) => `saved ${id} ${cursor}`),
  ...deletions.map(([id, cursor]) => `deleted ${id} ${cursor}`),
]

/** Changes up to the cursor that was saved: nobody is told of them again. */
function settledChanges({ batches, cursor }: Copy): string[] {
  return batches.slice(0, batches.findLastIndex((batch) => batch.cursor === cursor) + 1).flatMap(changesOf)
}

/** Runs the program to its end, and gives its exit code or the signal that ended it. */
async function runCopy(copying: Copying): Promise<number | NodeJS.Signals> {
  const file = join(import.meta.dirname, 'copying-process.ts')
  // Without a gateway it ends with an error, as it should, which nobody need see.
  const child = spawn(process.execPath, ['--no-warnings', file, JSON.stringify(copying)], {
    stdio: copying.dieAt ? 'inherit' : 'ignore',
  })
  const [code, signal] = await once(child, 'exit')
  return code ?? signal
}

/** The whole system with one stream, whose records are written past its sync. */
async function openStore() {
  await using open = new AsyncDisposableStack()
  const dir = open.use(await mkdtempDisposable(join(tmpdir(), 'syncline-copy-system-'))).path
  const adminKey = 'the-admin-key-of-a-test-0123456789'
  const env = { LOG_LEVEL: 'error' }
  const keyring = Keyring.generate('test')
  const system = open.use(await startSystem({ dir, port: 0, keyring, adminKey, egress: [], env }))
  const admin = new Syncline({ secretKey: adminKey, host: system.url })
  await admin.environments.create({ name: 'dev' })
  const { secret: key } = await admin.keys.create('dev', { label: 'test' })
  const client = new Syncline({ secretKey: key, host: system.url })
  await client.integrations.create({ uniqueKey: 'crm', provider: 'crm', baseUrl: 'https://crm.example' })
  const { providerConfigKey, connectionId, model } = where
  const credentials = { type: 'NONE' as const }
  const { uid } = await client.connections.create({ providerConfigKey, connectionId, credentials })
  await client.deployments.create({
    syncs: [
      {
        ...{
          provider_config_key: providerConfigKey,
          name: 'contacts',
          description: '',
          models: [model, 'Note'],
        },
        ...{ frequency: 'every day', auto_start: false, bundle: 'module.exports = {}' },
      },
    ],
  })
  const stream = { environment: 'dev', connection: uid, model, variant: 'base' }
  const notes = { ...stream, model: 'Note' }
  const connection = connect(system.serviceEnv.gateway.RECORDS_ADDRESS ?? '')
  open.defer(() => connection[Symbol.dispose]())
  const records = connection.client(RecordsDefinition)
  const writer = { runId: 'run-1', sync: 'contacts', fence: 65_537 }
  await records.begin({ writer, streams: [stream, notes], empty: false })
  let saves = 0
  const owned = open.move()
  return {
    ...{ url: system.url, key, client },
    killGateway: () => process.kill(system.processes.get('gateway')?.pid ?? 0, 'SIGKILL'),
    async saveNotes(list: { id: string; title: string }[]) {
      const batch = batchOf(list.map((record) => encodeRecord(record)))
      await records.save({ stream: notes, writer, mode: 'SAVE_MODE_REPLACE', batch })
    },
    /** Saves so many records, a part of them new, and deletes some. */
    async change(count: number) {
      const ids = Array.from({ length: count }, () => `${random.below(IDS)}`)
      const batch = batchOf(
        [...new Set(ids)].map((id) => encodeRecord({ id, title: `${id} of save ${++saves}` })),
      )
      await records.save({ stream, writer, mode: 'SAVE_MODE_REPLACE', batch })
      const gone = Array.from({ length: 5 }, () => `${random.below(IDS)}`)
      await records.delete({ stream, writer, ids: [...new Set(gone)] })
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
