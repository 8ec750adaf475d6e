import { type AttemptReport, RunOutcome } from '@syncline/proto'
import { expect, test } from 'vitest'
import {
  type Clocks,
  checkpointDifference,
  opsDifference,
  recordedClocks,
  recordsDifference,
  requestsDifference,
} from './templates/comparison.ts'
import {
  credentialsOf,
  integrationOf,
  loadReplayServer,
  type ReplayServer,
  sourceFile,
  wantedEntries,
  withLowerTotals,
} from './templates/corpus.ts'
import type { Entry, Replay } from './templates/entry.ts'
import { createWorld, type World } from './world.ts'

const wanted = wantedEntries()

/** Recorded with a token that was revoked, which their API answers with status 200: of each of these the runner says so. */
const REVOKED = ['tiktok-ads__automated-rules']

// Functions that others wrote, on the answers they were recorded with. They are not part of this project: point
// TEMPLATES_DIR at a checkout of the repository that the data names.
test.runIf(wanted.length > 0)(
  'functions of others ask for, save, delete and remember what they should',
  { timeout: 1_800_000 },
  async () => {
    const server = await loadReplayServer()
    const failures: string[] = []
    const counts = { first: 0, second: 0, deletion: 0 }
    for (const entry of wanted) {
      const fault = await replayed(server, entry, counts).catch((error: Error) => error.message)
      if (fault) failures.push(`${entry.id}: ${fault}`)
    }
    console.log(`${wanted.length - failures.length} of ${wanted.length} as recorded; runs:`, counts)
    expect(failures).toEqual([])
  },
)

async function replayed(
  { startReplay, applyDeletion }: ReplayServer,
  entry: Entry,
  counts: { first: number; second: number; deletion: number },
): Promise<string | undefined> {
  await using open = new AsyncDisposableStack()
  let replay = await startReplay(entry)
  open.defer(() => replay.close())
  const world = open.use(await createWorld({ EGRESS_REDIRECT_TO: `http://127.0.0.1:${replay.port}` }))
  await deploy(world, entry)

  counts.first++
  const { initial } = entry
  const first = await run(world, initial.checkpoint ? JSON.stringify(initial.checkpoint) : '')
  const { expected, secondRun, deletion } = entry
  const records = () => Object.fromEntries(entry.models.map((model) => [model, world.standIns.saved(model)]))
  const finalRows = ([model, { records }]: [string, { records?: { id: string | number }[] }]) =>
    recordsDifference(model, world.standIns.saved(model), records ?? expected.saved[model] ?? [])
  const fault =
    failure(first, replay, entry) ??
    requestsDifference(replay, entry) ??
    opsDifference(first.did, expected.ops, first.clocks(entry)) ??
    checkpointDifference(first.checkpoint, expected.checkpointAfter, first.clocks(entry)) ??
    Object.entries(expected.final).map(finalRows).find(Boolean)
  if (fault) return fault

  let { checkpoint } = first
  if (secondRun?.replayable) {
    counts.second++
    const before = records()
    forget(replay)
    const second = await run(world, checkpoint)
    checkpoint = second.checkpoint
    const changes = second.end.counts.filter(({ added, updated, deleted }) => added + updated + deleted > 0)
    const fault =
      failure(second, replay, entry) ??
      opsDifference(withoutCheckpoints(second.did), secondRun.ops, second.clocks(entry)) ??
      (replay.log.length !== secondRun.requests
        ? `sent ${replay.log.length} requests instead of ${secondRun.requests}`
        : undefined) ??
      (secondRun.finalSameAsFirst && changes.length > 0 ? `changed ${JSON.stringify(changes)}` : undefined) ??
      Object.entries(before)
        .map(([model, rows]) => recordsDifference(model, world.standIns.saved(model), rows))
        .find(Boolean)
    if (fault) return `second run: ${fault}`
  }

  if (deletion) {
    counts.deletion++
    const before = records()
    const { port } = replay
    await replay.close()
    replay = await startReplay(withLowerTotals(applyDeletion(entry), entry), { port })
    const third = await run(world, checkpoint)
    const fault =
      failure(third, replay, entry) ?? deletionsDifference(before, records(), deletion.expectDeleted)
    if (fault) return `after a deletion: ${fault}`
  }
  return undefined
}

/** How the function's integration and connection are set up, by what the entry knows of them. */
async function deploy(world: World, entry: Entry): Promise<void> {
  const { connection, models } = entry
  await world.deploy('', {
    file: sourceFile(entry),
    models,
    // Some were recorded with other types than they declare.
    validate: 'off',
    integration: integrationOf(entry),
    connection: {
      metadata: connection.metadata as never, // any JSON object
      connectionConfig: connection.connection_config as never,
    },
    credentials: credentialsOf(connection.credentials),
  })
  for (const [model, records] of Object.entries(entry.initial.records ?? {}))
    world.standIns.put(
      model,
      records.map((record) => ({ ...record, id: String(record.id) })),
    )
}

interface Ran {
  end: AttemptReport
  /** The calls that changed something. */
  did: string[]
  incomplete: string[]
  /** JSON; empty = none. */
  checkpoint: string
  clocks: (entry: Entry) => Clocks
}

async function run(world: World, checkpoint: string): Promise<Ran> {
  const now = Date.now()
  world.standIns.calls.length = 0
  const end = await world.run({ checkpoint })
  const [begun, ...calls] = world.standIns.calls
  if (!begun?.startsWith('begin ')) throw new Error(`the run began with '${begun}'`)
  const incomplete = calls.filter((call) => call.startsWith('incomplete '))
  return {
    end,
    did: calls.filter((call) => !incomplete.includes(call)),
    incomplete,
    checkpoint: world.standIns.scheduler.runs.get(end.runId)?.checkpoint ?? '',
    clocks: (entry) => ({ now, recorded: recordedClocks(entry) }),
  }
}

/** The data has none of a second run. */
const withoutCheckpoints = (calls: string[]) => calls.filter((call) => !call.startsWith('checkpoint '))

/** The run succeeds without a warning, unless one of its answers was an error of the API. */
function failure({ end, incomplete }: Ran, { misses }: Replay, { id, exchanges }: Entry): string | undefined {
  const { outcome, error } = end
  const mayWarn = REVOKED.includes(id) || exchanges.some(({ response }) => response.status >= 400)
  const warnings = mayWarn ? '' : [error, ...incomplete].join('')
  if (outcome === RunOutcome.SUCCESS && warnings === '') return undefined
  return `${outcome}: ${error} ${incomplete} ${JSON.stringify(misses)}`
}

/** The same server, with no request so far. */
function forget({ log, misses, state }: Replay): void {
  log.length = 0
  misses.length = 0
  state.hits = {}
}

/** Exactly these records are gone, and no other. */
function deletionsDifference(
  before: Record<string, { id: string }[]>,
  after: Record<string, { id: string }[]>,
  wanted: Record<string, string[]>,
): string | undefined {
  for (const [model, rows] of Object.entries(before)) {
    const left = new Set(after[model]?.map(({ id }) => String(id)))
    const gone = rows.map(({ id }) => String(id)).filter((id) => !left.has(id))
    const should = (wanted[model] ?? []).map(String)
    if (gone.toSorted().join() !== should.toSorted().join())
      return `${model}: deleted ${gone} instead of ${should}`
  }
  return undefined
}
