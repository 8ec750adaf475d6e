// Lists of a large environment: how long the first one takes, what each schedule takes of memory, and what later lists take.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Catalog } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import { SchedulesDefinition, type SearchSchedulesRequest } from '@syncline/proto'
import { connect } from '@syncline/rpc'
import type { Figure, Options } from '../part.ts'
import { residentMib, watchCpu } from '../process-usage.ts'
import { quantile } from '../quantile.ts'
import { shown } from '../table.ts'
import { openWorld, type World } from './world.ts'

const ENVIRONMENT = 'large'
const INTEGRATION = 'crm'
const SYNCS = ['contacts', 'events', 'files']
const AT = '2026-01-01T00:00:00.000Z'
const AT_A_TIME = 250
const LATER_LISTS = 20
const MADE_MS = 1_200_000
const DAY_MS = 86_400_000

const REQUEST: SearchSchedulesRequest = {
  environment: ENVIRONMENT,
  filter: {
    ...{ providerConfigKey: '', connectionId: '', syncs: [], states: [], runStates: [], reasons: [] },
    ...{ onlyStale: false, onlyFailing: false, tags: {}, version: '', q: '' },
  },
  ...{ sort: 'SCHEDULE_SORT_LAST_SUCCESS', descending: true, limit: 100, cursor: '' },
}

export async function run({ smoke, progress }: Options): Promise<Figure[]> {
  // So that nothing but a list reads them while it is measured.
  const env = { SCHEDULER_RECONCILE_MS: String(DAY_MS) }
  await using world = await openWorld(env)
  await makeSyncs(world.catalog)
  const figures: Figure[] = []
  let connections = 0
  // The last one is more than a scheduler keeps.
  for (const count of smoke ? [30, 60] : [5000, 33_333, 66_666, 66_667]) {
    progress(`${count * SYNCS.length} schedules`)
    await makeConnections(world.catalog, connections, count)
    connections = count
    await schedulesAreMade(world, count * SYNCS.length)
    await world.restart(env)
    figures.push(...(await listFigures(world, count * SYNCS.length)))
  }
  return figures
}

async function listFigures(world: World, schedules: number): Promise<Figure[]> {
  using connection = connect(world.gateway.SCHEDULER_ADDRESS ?? '')
  const client = connection.client(SchedulesDefinition)
  const list = async () => {
    const startedAt = performance.now()
    while ((await client.searchSchedules(REQUEST)).reading);
    return performance.now() - startedAt
  }
  const scheduler = world.scheduler().pid
  await atRest(scheduler)
  const used = watchCpu({ scheduler, redis: world.redis.pid })
  const memory = residentMib(scheduler)
  const name = `${shown(schedules)} schedules of an environment`
  try {
    const seconds = (await list()) / 1000
    const cpu = used()
    const bytes = ((residentMib(scheduler) - memory) * 1024 ** 2) / schedules
    const later: number[] = []
    for (let n = 0; n < LATER_LISTS; n++) later.push(await list())
    const [p50, p95] = [quantile(later, 0.5), quantile(later, 0.95)]
    return [
      {
        name: `${name}: first list (processor)`,
        value: `${shown(seconds)} s (scheduler ${shown(cpu.scheduler ?? 0)} s, redis ${shown(cpu.redis ?? 0)} s)`,
        reach: '≤ 8 s',
        ok: seconds <= 8,
      },
      { name: `${name}: memory of each`, value: `${bytes.toFixed(0)} bytes`, reach: '', ok: true },
      {
        name: `${name}: later lists, sorted, p50 / p95`,
        value: `${p50.toFixed(0)} / ${p95.toFixed(0)} ms`,
        reach: 'p95 ≤ 200 ms',
        ok: p95 <= 200,
      },
    ]
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'too_large')) throw error
    return [{ name, value: 'refused', reach: '', ok: true }]
  }
}

async function makeSyncs({ environments, integrations, syncs }: Catalog): Promise<void> {
  await environments.create({ name: ENVIRONMENT, createdAt: AT }, ENVIRONMENT)
  const integration = {
    ...{ environment: ENVIRONMENT, key: INTEGRATION, provider: INTEGRATION, displayName: '' },
    ...{ baseUrl: 'https://api.example.com', auth: { type: 'none' as const }, headers: {} },
    ...{ createdAt: AT, updatedAt: AT },
  }
  await integrations.upsert(() => integration, ENVIRONMENT, INTEGRATION)
  for (const name of SYNCS) {
    const sync = {
      ...{ environment: ENVIRONMENT, integration: INTEGRATION, name, description: '', version: '1' },
      ...{ models: [name], frequency: 'every day', autoStart: false, retries: 0, overlap: 'skip' as const },
      ...{ trackDeletes: false, bundle: '', deployedAt: AT },
    }
    await syncs.upsert(() => sync, ENVIRONMENT, INTEGRATION, name)
  }
}

async function makeConnections({ connections }: Catalog, from: number, to: number): Promise<void> {
  for (let n = from; n < to; n += AT_A_TIME) {
    const ids = Array.from({ length: Math.min(AT_A_TIME, to - n) }, (_, i) => `customer-${n + i}`)
    await Promise.all(
      ids.map((id) => {
        const names = { uid: randomUUID(), environment: ENVIRONMENT, integration: INTEGRATION, id }
        const rest = { metadata: null, connectionConfig: {}, tags: {}, createdAt: AT, updatedAt: AT }
        return connections.create({ ...names, ...rest, sealedCredentials: '' }, ENVIRONMENT, INTEGRATION, id)
      }),
    )
  }
}

/** Each has a key of its own in Redis. */
async function schedulesAreMade({ client }: World, schedules: number): Promise<void> {
  const until = Date.now() + MADE_MS
  for (let before = -1; ; ) {
    const keys = await client.dbsize()
    if (keys >= schedules && keys === before) return
    if (Date.now() > until) throw new Error(`Redis has ${keys} keys for ${schedules} schedules`)
    before = keys
    await sleep(1000)
  }
}

/** It has read the catalog, and reconciled. */
async function atRest(pid: number): Promise<void> {
  for (let calm = 0; calm < 3; ) {
    const used = watchCpu({ pid })
    await sleep(1000)
    calm = (used().pid ?? 0) < 0.1 ? calm + 1 : 0
  }
}
