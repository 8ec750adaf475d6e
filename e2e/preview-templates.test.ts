import { bundleFunction } from '@syncline/functions'
import { type PreviewResult, type Syncline, SynclineError } from '@syncline/sdk'
import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { isSameText } from '../services/runner/test/templates/comparison.ts'
import {
  credentialsOf,
  integrationOf,
  loadReplayServer,
  type ReplayServer,
  sourceFile,
  wantedEntries,
  withLowerTotals,
} from '../services/runner/test/templates/corpus.ts'
import type { Entry } from '../services/runner/test/templates/entry.ts'
import { startEmptySystem } from './empty-system.ts'
import { differences, ourQuietData } from './our-data.ts'
import { type Changes, changesSince, foretoldChanges } from './preview-changes.ts'
import { type ReplaysByHost, startReplaysByHost } from './replays-by-host.ts'

const SYNC = 'demo'
const CONNECTION = 'c'
/** Entries of which no two call the same host. */
const GROUP = 24
/** Of a group. */
const AT_ONCE = 8

const wanted = wantedEntries()

/** What the API of an entry answers in each round. */
const rounds: { name: string; of: (entry: Entry, server: ReplayServer) => Entry | undefined }[] = [
  { name: 'first', of: (entry) => entry },
  { name: 'second', of: (entry) => (entry.secondRun?.replayable ? entry : undefined) },
  {
    name: 'deletion',
    of: (entry, { applyDeletion }) =>
      entry.deletion ? withLowerTotals(applyDeletion(entry), entry) : undefined,
  },
]

// Functions that others wrote: see services/runner/test/templates.test.ts.
test.runIf(wanted.length > 0)(
  'what a preview of a function of others says is what its run does, and nothing of ours differs before and after it',
  { timeout: 1_800_000 },
  async () => {
    await using open = new AsyncDisposableStack()
    const server = await loadReplayServer()
    const replays = open.use(await startReplaysByHost())
    const env = {
      EGRESS_REDIRECT_TO: replays.url,
      RUNNER_PREVIEW_SLOTS: String(AT_ONCE),
      // No job moves superseded versions between two snapshots.
      RECORDS_HISTORY_DAYS: '0',
    }
    const { system, client } = open.use(await startEmptySystem({ egress: [], env }))
    const faults: string[] = []
    const bundles = new Map<string, string>()
    const groups = grouped(wanted)
    for (const group of groups) await deploy(client, group, bundles)
    await eventually(
      async () => {
        for (const { id } of wanted) {
          const { schedules } = await client.schedules.list({ providerConfigKey: id })
          if (schedules.length !== 1) throw new Error(`${id} has no schedule yet`)
        }
      },
      { timeoutMs: 120_000, everyMs: 1000 },
    )

    for (const { name, of } of rounds) {
      const results = new Map<string, { result: PreviewResult; at: number }>()
      const served = groups.map((group) => group.flatMap((entry) => of(entry, server) ?? []))
      const before = await ourQuietData(system)
      for (const group of served) {
        await using _ = await serve(replays, server, group)
        await forEach(group, faults, async (entry) => {
          const at = Date.now()
          results.set(entry.id, { at, result: await preview(client, entry, bundles) })
        })
      }
      const changed = differences(before, await ourQuietData(system))
      expect.soft(changed, `before and after the previews of the ${name} runs`).toEqual([])

      let same = 0
      for (const group of served) {
        await using _ = await serve(replays, server, group)
        await forEach(group, faults, async (entry) => {
          const said = results.get(entry.id)
          if (!said) return
          expectSame(await didOf(client, entry, said), saidBy(said.result))
          same++
        })
      }
      console.log(`${name} run: ${same} of ${served.flat().length} as foretold`)
    }
    expect(faults).toEqual([])
  },
)

/** In groups whose entries call different hosts. */
function grouped(entries: Entry[]): Entry[][] {
  const groups: { entries: Entry[]; hosts: Set<string> }[] = []
  for (const entry of entries) {
    const hosts = hostsOf(entry)
    const free = groups.find((it) => it.entries.length < GROUP && hosts.every((host) => !it.hosts.has(host)))
    if (free) {
      free.entries.push(entry)
      for (const host of hosts) free.hosts.add(host)
    } else {
      groups.push({ entries: [entry], hosts: new Set(hosts) })
    }
  }
  return groups.map(({ entries }) => entries)
}

async function deploy(client: Syncline, group: Entry[], bundles: Map<string, string>): Promise<void> {
  const syncs = await Promise.all(
    group.map(async (entry) => {
      const { id, connection, models } = entry
      // Not what a provider of ours with this name asks for, nor its pace.
      const without = { connectionConfig: {}, budget: { key: 'connection', requests: 1000, per: '1s' } }
      await client.integrations.create({ uniqueKey: id, ...integrationOf(entry), ...without })
      await client.connections.create({
        ...{ providerConfigKey: id, connectionId: CONNECTION },
        credentials: credentialsOf(connection.credentials) as never, // of the types that the API takes
        connectionConfig: connection.connection_config as never, // any JSON object
        ...(connection.metadata && { metadata: connection.metadata as never }), // the same
      })
      const { text: bundle } = await bundleFunction(sourceFile(entry))
      bundles.set(id, bundle)
      const facts = { name: SYNC, description: '', frequency: 'every day', auto_start: false } as const
      return { provider_config_key: id, ...facts, models, validate: 'off' as const, bundle }
    }),
  )
  await client.deployments.create({ syncs })
}

/** Replay servers without any request so far. */
async function serve(
  { ports }: ReplaysByHost,
  { startReplay }: ReplayServer,
  group: Entry[],
): Promise<AsyncDisposable> {
  await using open = new AsyncDisposableStack()
  for (const entry of group) {
    const replay = await startReplay(entry)
    open.defer(() => replay.close())
    for (const host of hostsOf(entry)) ports.set(host, replay.port)
  }
  open.defer(() => ports.clear())
  return open.move()
}

/** A preview without a result has done nothing, and is repeated: this machine may have too much to do. */
async function preview(
  client: Syncline,
  entry: Entry,
  bundles: Map<string, string>,
  attempts = 3,
): Promise<PreviewResult> {
  const { id: key, models } = entry
  try {
    const { id } = await client.previews.create({
      ...{ provider_config_key: key, connection_id: CONNECTION, sync: SYNC, models },
      ...{ bundle: String(bundles.get(key)), samples: 1000, validate: 'off' },
    })
    return await client.previews.wait(id, { deadlineMs: 120_000 })
  } catch (error) {
    console.log(`${key}: its preview has no result: ${error}`)
    if (attempts === 1 || !(error instanceof SynclineError)) throw error
    return preview(client, entry, bundles, attempts - 1)
  }
}

/** What a preview says of the run that follows it. */
function saidBy(result: PreviewResult) {
  const { outcome, error, models, checkpoint, warnings } = result
  return {
    outcome,
    error: error?.message ?? null,
    warning: warnings.join('; ') || null,
    counts: Object.fromEntries(
      models.map(({ model, added, updated, unchanged, deleted }) => [
        model,
        { added, updated, unchanged, deleted },
      ]),
    ),
    changes: foretoldChanges(result),
    checkpoint: checkpoint.after,
    metadata: result.metadata?.after ?? null,
    contents: models.flatMap(({ samples }) => samples.added.flatMap(({ record }) => record ?? [])),
  }
}

/** Names what differs, and shows it from the first difference on. */
function expectSame(did: Record<string, unknown>, said: Record<string, unknown>): void {
  const faults = differences(did, said).map((name) => {
    const [real, foretold] = [JSON.stringify(did[name]), JSON.stringify(said[name])]
    let same = 0
    while (same < real.length && real[same] === foretold[same]) same++
    const from = Math.max(0, same - 60)
    return `${name} is ${real.slice(from, same + 100)} instead of ${foretold.slice(from, same + 100)}`
  })
  if (faults.length > 0) throw new Error(faults.join('; '))
}

/** The same of the run. What has the time of the run where the preview has its own is given as the preview has it. */
async function didOf(
  client: Syncline,
  { id, models }: Entry,
  { result, at }: { result: PreviewResult; at: number },
) {
  const [since, now] = [new Date().toISOString(), Date.now()]
  const place = { providerConfigKey: id, connectionId: CONNECTION }
  const { runs } = await client.syncs.trigger({ ...place, syncs: [SYNC] })
  const run = await client.runs.wait(String(runs?.[0]?.id), { deadlineMs: 120_000 })
  const clocks = { now, recorded: [at] }
  const asSaid = <T>(did: T, said: T): T =>
    isSameText(JSON.stringify(did), JSON.stringify(said), clocks) ? said : did
  const { schedules } = await client.schedules.list({ providerConfigKey: id })
  const { metadata } = await client.connections.get(place)
  return {
    outcome: run.reason ?? 'success',
    error: run.error,
    warning: run.warning,
    counts: run.attempt === 1 ? run.result : withUnchangedOf(result, run.result),
    changes: sampled(await changesSince(client, { ...place, models }, since), result),
    checkpoint: asSaid(schedules[0]?.checkpoint ?? null, result.checkpoint.after),
    metadata: result.metadata ? asSaid(metadata, result.metadata.after) : null,
    contents: await contentsOf(client, place, result, asSaid),
  }
}

/** A run that was throttled counts unchanged records of its last attempt only. */
function withUnchangedOf({ models }: PreviewResult, counts: Record<string, object>) {
  const all = models.map(({ model, unchanged }) => [model, { ...counts[model], unchanged }])
  return Object.fromEntries(all)
}

/** Without ids of added records that the preview has no place for. */
function sampled(changes: Changes[], result: PreviewResult): Changes[] {
  const said = foretoldChanges(result)
  return changes.map((change, i) => {
    const { added = 0, samples } = result.models[i] ?? {}
    if (added <= (samples?.added.length ?? 0)) return change
    return { ...change, added: change.added.filter((id) => said[i]?.added.includes(id)) }
  })
}

/** The records that the preview has as samples of what is added. */
async function contentsOf(
  client: Syncline,
  place: { providerConfigKey: string; connectionId: string },
  { models }: PreviewResult,
  asSaid: <T>(did: T, said: T) => T,
) {
  const all = models.map(async ({ model, samples }) => {
    const said = samples.added.flatMap(({ id, record }) => (record ? [{ id, record }] : []))
    const found = new Map<string, Record<string, unknown>>()
    for (let from = 0; from < said.length; from += 100) {
      const ids = said.slice(from, from + 100).map(({ id }) => id)
      const { records } = await client.listRecords({ ...place, model, ids, limit: 100 })
      for (const { _nango_metadata, ...record } of records) found.set(String(record.id), record)
    }
    return said.flatMap(({ id, record }) => asSaid<unknown>(found.get(id) ?? null, record))
  })
  return (await Promise.all(all)).flat()
}

const hostsOf = ({ provider, exchanges }: Entry): string[] => [
  ...new Set([provider.host, ...provider.hosts, ...exchanges.flatMap(({ host }) => host ?? [])]),
]

/** What differs is a fault of its entry. */
async function forEach(
  entries: Entry[],
  faults: string[],
  work: (entry: Entry) => Promise<void>,
): Promise<void> {
  const left = [...entries]
  const worker = async () => {
    for (let entry = left.shift(); entry; entry = left.shift()) {
      const { id } = entry
      await work(entry).catch((error: Error) => {
        console.log(`${id}: ${error.message}`)
        faults.push(`${id}: ${error.message}`)
      })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}
