import { mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { bundleFunction } from '@syncline/functions'
import { RunOutcome, type Schedule, SchedulesDefinition, type SkippedSlots } from '@syncline/proto'
import { connect } from '@syncline/rpc'
import { Syncline } from '@syncline/sdk'
import { SeededRandom } from '@syncline/testkit/seeded-random'
import { lastLines } from '../last-lines.ts'
import { counting, startChaosApi } from './chaos-api.ts'
import { type ChaosSystem, startChaosSystem } from './chaos-system.ts'
import { contradictions } from './contradictions.ts'
import { causeFaults, type Fault } from './faults.ts'
import { violations } from './invariants.ts'
import { startLoad } from './load.ts'
import { loadViolations } from './load-invariants.ts'
import { endedRuns, observeLoad } from './observe-load.ts'
import { type Observed, totalOf } from './observed.ts'
import { readRunEvents } from './run-events.ts'
import { unendedRuns } from './unended-runs.ts'

const INTEGRATION = 'api'
/** More than a lease, what schedulers wait beside it, and the longest run. */
const RECOVER_MS = 90_000
/** A process that was killed works again after so long. */
const STARTS_MS = 10_000
/** Commands that are answered with 2xx, at least. */
const LEAST_COMMANDS = 6
/** Events are published a moment after they happen. */
const PUBLISH_MS = 3000

export interface ChaosOptions {
  seed: string
  seconds: number
  schedulers: number
  runners: number
  slots: number
  leaseMs: number
  /** Of the schedules, in seconds. Each divides an hour, by which clocks jump. */
  intervals: number[]
  environments: string[]
  /** In each environment, for each interval. */
  connections: number
  apiDelayMs: number
  pauseMs: number
  suspendMs: number
  downMs: number
  clockJumps: number
  progress: (text: string) => void
}

export interface ChaosReport {
  faults: Fault[]
  /** Whether the clock could be shifted. */
  clockJumps: boolean
  schedules: number
  runs: number
  /** Runs by outcome and number of attempts. */
  outcomes: Record<string, number>
  skippedSlots: number
  /** Skipped slots by reason, as far as schedules list them. */
  reasons: Record<string, number>
  /** How long after the last fault every schedule had run again. */
  recoveredMs: number
  /** That were answered with 2xx. */
  commands: number
  /** By how they were answered. */
  actions: Record<string, number>
  violations: string[]
}

/** Lets schedules run while their processes are killed, suspended and restarted, and says which promises were broken. */
export async function causeChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { progress } = options
  await using open = new AsyncDisposableStack()
  const dir = open.use(await mkdtempDisposable(join(tmpdir(), 'syncline-chaos-'))).path
  const api = open.use(await startChaosApi(options.apiDelayMs))
  progress('starting')
  const system = open.use(await startChaosSystem(dir, api.host, options))
  const random = new SeededRandom(options.seed)
  const tenants = await Promise.all(
    options.environments.map(async (environment) => {
      const key = await system.makeKey(environment)
      return { environment, key, client: new Syncline({ secretKey: key, host: system.url }) }
    }),
  )
  for (const { environment, client } of tenants)
    await addSchedules({ ...options, dir, apiUrl: api.url, environment, client })
  const count = options.environments.length * options.intervals.length * options.connections
  const before = await eventually(async () => {
    const schedules = await readSchedules(system, options.environments)
    const settled = schedules.filter(({ checkpoint }) => totalOf(checkpoint) > 0)
    if (settled.length < count) throw new Error(`${settled.length} of ${count} schedules have run`)
    return schedules
  }, 150_000)

  const load = await startLoad({
    dir,
    url: system.url,
    apiUrl: api.url,
    tenants,
    random: random.fork('load'),
  })
  progress(`${count} schedules; faults for ${options.seconds} s`)
  const faults = await causeFaults(system, options, random.fork('faults'), progress)
  const lastFault = Date.now()
  progress('no more faults')
  // On a slow machine nothing may have been answered by now, and so nothing was proven.
  await eventually(async () => {
    const outputs = load.actions.filter(({ answer }) => answer === 'output').length
    if (load.commands.length < LEAST_COMMANDS || outputs === 0) throw new Error('there was little load')
  }, STARTS_MS * 6).catch(() => {})
  const stopped = load.stop()
  const again = { environments: options.environments, count }
  const recoveredMs = (await runAgain(system, again, RECOVER_MS)) - lastFault
  const sinceMs = Date.now() + shiftOf(system)
  progress(`every schedule ran again after ${recoveredMs} ms, or is stuck`)
  await runAgain(system, again, 2 * Math.max(...options.intervals) * 1000 + 20_000)
  await stopped
  const loaded = await observeLoad(load, tenants)
  const observed = await observe(system, { ...options, api, tenants, before })
  const ended = await endOf(system, loaded.commands)
  progress(`runs of commands have ended, or are stuck, ${Date.now() - lastFault} ms after the last fault`)
  const jumps = faults.map(({ jumpMs }) => jumpMs).filter((ms) => ms !== 0)
  const backJumpsMs = jumps.filter((ms) => ms < 0).map((ms) => -ms)
  const longestMs = Math.max(
    options.suspendMs + options.downMs,
    ...faults.map(({ atMs, endMs }) => endMs - atMs),
  )
  const overdueMs = backJumpsMs.length * (longestMs + STARTS_MS)
  const quiet = { backJumpsMs, overdueMs, jumps: jumps.length, sinceMs, nowMs: Date.now() + shiftOf(system) }
  const broken = [
    ...observed.flatMap((each) => violations(each, quiet)),
    ...loadViolations({ ...loaded, acted: api.acted, ended }),
    ...(await contradictions(system)),
  ]
  if (broken.length > 0) {
    progress(`what processes logged last:\n${lastLines(join(dir, 'logs'))}`)
    progress(`what the scheduler keeps of runs that have not ended:\n${await unendedRuns(system)}`)
  }
  return reportOf(observed, {
    faults,
    clockJumps: system.clock !== undefined,
    recoveredMs,
    commands: load.commands.length,
    actions: countsOf(load.actions.map(({ answer }) => answer)),
    violations: broken,
  })
}

const nameOf = (interval: number) => `every-${interval}s`
/** A model of its own: syncs with one model would share a stream. */
const modelOf = (sync: string) => `Item${/\d+/.exec(sync)?.[0]}`

const shiftOf = ({ clock }: ChaosSystem) => clock?.shiftMs ?? 0

async function addSchedules(
  options: ChaosOptions & {
    dir: string
    apiUrl: string
    environment: string
    client: Syncline
  },
): Promise<void> {
  const { client, environment, connections } = options
  await client.integrations.create({ uniqueKey: INTEGRATION, provider: INTEGRATION, baseUrl: options.apiUrl })
  for (let n = 1; n <= connections; n++) {
    const credentials = { type: 'NONE' as const }
    await client.connections.create({ providerConfigKey: INTEGRATION, connectionId: `c${n}`, credentials })
  }
  const folder = join(options.dir, environment, INTEGRATION, 'syncs')
  await mkdir(folder, { recursive: true })
  const syncs = []
  for (const interval of options.intervals) {
    const frequency = `every ${interval} seconds`
    const name = nameOf(interval)
    const file = join(folder, `${name}.ts`)
    await writeFile(file, counting({ frequency, name, environment, model: modelOf(name) }))
    const { text: bundle } = await bundleFunction(file)
    const facts = { description: '', models: [modelOf(name)], frequency }
    syncs.push({ provider_config_key: INTEGRATION, name, ...facts, bundle })
  }
  await client.deployments.create({ syncs })
}

type Found = Schedule & { environment: string }

/** By whichever scheduler answers. */
async function readSchedules(system: ChaosSystem, environments: string[]): Promise<Found[]> {
  return askScheduler(system, async (client) => {
    const found: Found[] = []
    for (const environment of environments) {
      const { schedules } = await client.listSchedules({ environment, providerConfigKey: INTEGRATION })
      found.push(...schedules.map((schedule) => ({ ...schedule, environment })))
    }
    return found
  })
}

async function askScheduler<T>(
  { schedulers }: ChaosSystem,
  work: (client: SchedulesClient) => Promise<T>,
): Promise<T> {
  let failure: unknown
  for (const address of schedulers) {
    using connection = connect(address)
    try {
      return await work(connection.client(SchedulesDefinition))
    } catch (error) {
      failure = error
    }
  }
  throw failure
}

type SchedulesClient = ReturnType<typeof clientOf>
const clientOf = (address: string) => connect(address).client(SchedulesDefinition)

/** When each schedule had a run that began after the call and succeeded, or two later ones; or at the limit. */
async function runAgain(
  system: ChaosSystem,
  { environments, count }: { environments: string[]; count: number },
  limitMs: number,
): Promise<number> {
  const seen = new Map<string, Set<string>>()
  const done = new Set<string>()
  await eventually(async () => {
    for (const { id, lastRun } of await readSchedules(system, environments)) {
      if (!lastRun) continue
      const runs = seen.get(id) ?? new Set()
      seen.set(id, runs.add(lastRun.id))
      if (runs.size > 2 || (runs.size === 2 && lastRun.outcome === RunOutcome.SUCCESS)) done.add(id)
    }
    if (done.size < count) throw new Error(`${done.size} of ${count} schedules ran again`)
  }, limitMs).catch(() => {})
  return Date.now()
}

/**
 * Runs that have ended: all of the commands, or those that have at the limit. A process that dies while it writes keeps the
 * lease of its stream, so the last run may wait for that, as those of `runAgain` may.
 */
async function endOf(system: ChaosSystem, commands: { runs: string[] }[]): Promise<Set<string>> {
  let ended = new Set<string>()
  await eventually(async () => {
    ended = endedRuns(await readRunEvents(system.bus))
    const left = commands.flatMap(({ runs }) => runs).filter((run) => !ended.has(run))
    if (left.length > 0) throw new Error(`${left.length} runs of commands have not ended`)
  }, RECOVER_MS).catch(() => {})
  return ended
}

async function observe(
  system: ChaosSystem,
  options: ChaosOptions & {
    api: { effects: Observed['effects'] }
    tenants: { environment: string; client: Syncline }[]
    before: Found[]
  },
): Promise<Observed[]> {
  const effects = [...options.api.effects]
  const after = await eventually(() => readSchedules(system, options.environments), 60_000)
  await sleep(PUBLISH_MS)
  const events = await readRunEvents(system.bus)
  const observed: Observed[] = []
  for (const schedule of after) {
    const before = options.before.find(({ id }) => id === schedule.id)
    const client = options.tenants.find(({ environment }) => environment === schedule.environment)?.client
    if (!before || !client) throw new Error(`the schedule ${schedule.id} was not there at first`)
    const name = `${schedule.environment}/${schedule.sync}/${schedule.connectionId}`
    observed.push({
      name,
      intervalMs: Number(/\d+/.exec(schedule.sync)?.[0]) * 1000,
      before,
      after: schedule,
      skipped: await skippedSlots(system, schedule),
      events: events.filter((event) => event.schedule === schedule.id),
      effects: effects.filter((effect) => effect.schedule === name),
      ids: await idsOf(client, schedule),
    })
  }
  return observed
}

const skippedSlots = (system: ChaosSystem, schedule: Found): Promise<SkippedSlots[]> =>
  askScheduler(system, async (client) => {
    const { environment, connectionId, sync: name, variant } = schedule
    const { skipped } = await client.listSkippedSlots({
      environment,
      providerConfigKey: INTEGRATION,
      connectionId,
      sync: { name, variant },
    })
    return skipped
  })

async function idsOf(client: Syncline, { connectionId, sync }: Found): Promise<number[]> {
  const place = { providerConfigKey: INTEGRATION, connectionId, model: modelOf(sync) }
  const ids: number[] = []
  for await (const { id } of client.records.iterate({ ...place, limit: 500 })) ids.push(Number(id))
  return ids
}

function reportOf(
  observed: Observed[],
  rest: Omit<ChaosReport, 'schedules' | 'runs' | 'outcomes' | 'skippedSlots' | 'reasons'>,
): ChaosReport {
  const ends = observed.flatMap(({ events }) => events.filter(({ type }) => type === 'run.ended'))
  const outcomes = countsOf(ends.map(({ outcome, attempt }) => `${outcome}, attempt ${attempt}`))
  const reasons: Record<string, number> = {}
  for (const { reason, count } of observed.flatMap(({ skipped }) => skipped))
    reasons[reason] = (reasons[reason] ?? 0) + Number(count)
  const skipped = observed.reduce((sum, { after }) => sum + Number(after.skippedSlots), 0)
  return {
    ...rest,
    schedules: observed.length,
    runs: ends.length,
    outcomes,
    skippedSlots: skipped,
    reasons,
  }
}

function countsOf(names: string[]): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(names, (name) => name)].map(([name, all]) => [name, all.length]))
}

async function eventually<T>(check: () => Promise<T>, limitMs: number): Promise<T> {
  const until = Date.now() + limitMs
  for (;;) {
    try {
      return await check()
    } catch (error) {
      if (Date.now() > until) throw error
      await sleep(250)
    }
  }
}
