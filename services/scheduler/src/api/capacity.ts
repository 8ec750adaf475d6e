import type { Catalog } from '@syncline/catalog'
import type { Capacity as Message } from '@syncline/proto'
import type { Capacity, Limit, Views } from '../store/views.ts'

/** What limits the runs of an environment, what is in flight and waits, and the runners. */
export async function readCapacity(
  { views, catalog }: { views: Views; catalog: Catalog },
  environment: string,
): Promise<Message> {
  const integrations = catalog.integrations.list(environment).map(({ key }) => key)
  const syncs = catalog.syncs.list(environment).map(({ integration, name }) => `${integration}/${name}`)
  const names = { integrations: integrations.sort(), syncs: syncs.sort() }
  const capacity = await views.capacity(environment, names)
  return {
    environment: limitMessage(capacity.environment),
    integrations: capacity.integrations.filter(isNotable).map(limitMessage),
    syncs: capacity.syncs.filter(isNotable).map(limitMessage),
    runners: capacity.runners.map(({ seenAt, ...runner }) => ({ ...runner, seenAtMs: seenAt })),
    waitingByLane: capacity.lanes,
    waitingByReason: waitingByReason(capacity),
  }
}

type Limits = Pick<Capacity, 'environment' | 'integrations' | 'syncs'>

/** What is full holds back all that waits below it. The reasons are those of a single run: see wait_reason in scripts/queue.lua. */
export function waitingByReason({ environment, integrations, syncs }: Limits): Message['waitingByReason'] {
  const all = environment.waiting
  if (isFull(environment)) return { environmentFull: all, integrationFull: 0, noRunner: 0 }
  const fullIntegrations = integrations.filter(isFull)
  const fullSyncs = syncs.filter(
    (sync) => isFull(sync) && !fullIntegrations.some(({ name }) => sync.name.startsWith(`${name}/`)),
  )
  const integrationFull = [...fullIntegrations, ...fullSyncs].reduce((sum, { waiting }) => sum + waiting, 0)
  return { environmentFull: 0, integrationFull, noRunner: all - integrationFull }
}

function isFull({ max, running }: Limit): boolean {
  return max > 0 && running >= max
}

function isNotable({ max, running, waiting, weight }: Limit): boolean {
  return max > 0 || running > 0 || waiting > 0 || weight !== 1
}

function limitMessage({ max: maxRuns, ...limit }: Limit) {
  return { ...limit, maxRuns }
}
