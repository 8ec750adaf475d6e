import type { Catalog, Connection, Sync } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import { readFrequency } from '@syncline/frequency'
import { clean, type Records } from './cleaner.ts'
import type { Events } from './events.ts'
import { BASE, type Blocked, frequencyInForce, type Schedule, scheduleId } from './schedule.ts'
import { missedSlots, nextSlot, spread } from './slots.ts'
import type { NewSchedule, Store } from './store.ts'

/** Schedules that were blocked run again within this time. */
const RESUME_WITHIN_MS = 5000

export interface ConnectionRef {
  environment: string
  integration: string
  /** The customer's id of the connection; a connection made again under it has another uid. */
  connection: string
  uid: string
}

export type ReconcileDeps = { store: Store; catalog: Catalog; records: Records; events: Events }

/**
 * Makes the schedules of one connection what the catalog says: a base schedule for each deployed sync of its
 * integration, no schedule of a sync that is gone, the deployed frequency and models in all of them, and all of them blocked
 * while the connection needs new credentials. Any number of instances may do this at once. Returns the schedules.
 */
export async function reconcile(deps: ReconcileDeps, ref: ConnectionRef): Promise<Schedule[]> {
  const { store } = deps
  const present = await store.schedulesOf(ref.environment, ref.uid)
  const connection = await presentConnection(deps, ref)
  const deployed = connection ? await deployedSyncs(deps, ref, present) : new Map<string, Sync>()
  const blocked = blockedBy(connection)

  const gone = present.filter((schedule) => !deployed.has(schedule.sync))
  const staying = present.filter((schedule) => deployed.has(schedule.sync))
  const missing = [...deployed.values()].filter((sync) => !present.some(isBaseOf(sync)))

  for (const schedule of gone)
    await remove(deps, ref.environment, schedule, staying, 'no longer in the catalog')
  const followed = await Promise.all(
    staying.map((schedule) => {
      const sync = deployed.get(schedule.sync)
      return sync !== undefined && follow(deps, schedule, sync)
    }),
  )
  const marked = await Promise.all(staying.map((schedule) => block(deps, ref.environment, schedule, blocked)))
  const created = await Promise.all(missing.map((sync) => createBase(deps, ref, sync, blocked)))

  const changed = gone.length > 0 || [...followed, ...marked, ...created].includes(true)
  return changed ? store.schedulesOf(ref.environment, ref.uid) : present
}

/** Removes a schedule with its run, its checkpoint and the records that no sibling writes. False: a sweep removes the records. */
export async function remove(
  deps: Omit<ReconcileDeps, 'catalog'>,
  environment: string,
  schedule: Schedule,
  staying: Schedule[],
  reason: string,
): Promise<boolean> {
  const kept = new Set(
    staying
      .filter((other) => other.id !== schedule.id && other.variant === schedule.variant)
      .flatMap((other) => other.models),
  )
  const models = schedule.models.filter((model) => !kept.has(model))
  const removed = await deps.store.removeSchedule(environment, schedule.id, { reason, models })
  // Another instance was faster, and cleans too.
  if (removed === 'gone') return true
  deps.events.scheduleRemoved(environment, schedule.id, reason)
  if (removed === 'cancelled') deps.events.runCancelled(environment, schedule.id)
  return clean(deps, environment, schedule.id)
}

/** JSON text of why slots of the connection do not run; '' if they do. */
export function blockedBy(connection: Connection | undefined): string {
  const { needsReauth } = connection ?? {}
  if (needsReauth === undefined) return ''
  const { reason: message, since } = needsReauth
  return JSON.stringify({ reason: 'needs_reauth', message, since } satisfies Blocked)
}

export function newSchedule(
  ref: ConnectionRef,
  sync: Sync,
  variant: string,
  { now, blocked }: { now: number; blocked: string },
): NewSchedule {
  const id = scheduleId(ref.environment, ref.uid, sync.name, variant)
  return {
    id,
    integration: ref.integration,
    connection: ref.connection,
    uid: ref.uid,
    sync: sync.name,
    variant,
    models: sync.models,
    state: sync.autoStart ? 'STARTED' : 'PAUSED',
    blocked,
    default: sync.frequency,
    nextAt: nextSlot(id, readFrequency(sync.frequency), now),
    command: '',
  }
}

/** Undefined if it, or its integration, is gone. */
async function presentConnection({ catalog }: ReconcileDeps, ref: ConnectionRef) {
  const { environment, integration } = ref
  const connection = await catalog.connections.find(environment, integration, ref.connection)
  if (connection?.uid !== ref.uid || !(await catalog.integrations.find(environment, integration)))
    return undefined
  return connection
}

/** By name. Before a schedule is removed because the copy in memory lacks its sync, the bucket is asked. */
async function deployedSyncs(
  { catalog }: ReconcileDeps,
  ref: ConnectionRef,
  present: Schedule[],
): Promise<Map<string, Sync>> {
  const { environment, integration } = ref
  const syncs = new Map(catalog.syncs.list(environment, integration).map((sync) => [sync.name, sync]))
  for (const { sync: name } of present) {
    const sync = syncs.get(name) ?? (await catalog.syncs.find(environment, integration, name))
    if (sync) syncs.set(name, sync)
  }
  return syncs
}

async function createBase(
  deps: ReconcileDeps,
  ref: ConnectionRef,
  sync: Sync,
  blocked: string,
): Promise<boolean> {
  if (!isReadable(deps, sync)) return false
  const schedule = newSchedule(ref, sync, BASE, { now: deps.store.now(), blocked })
  const result = await deps.store.createSchedule(ref.environment, schedule)
  if (result === 'cleaning') {
    throw new AppError('unavailable', `records of an earlier '${sync.name}' are being removed`)
  }
  if (result === 'created') deps.events.scheduleCreated(ref.environment, schedule.id, sync.name, BASE)
  return true
}

/** Takes over a new deployment. Models are only added: records of older versions are removed with the schedule. */
async function follow(deps: ReconcileDeps, schedule: Schedule, sync: Sync): Promise<boolean> {
  const models = [...new Set([...schedule.models, ...sync.models])]
  if (sync.frequency === schedule.default && models.length === schedule.models.length) return false
  if (!isReadable(deps, sync)) return false
  const nextAt = nextSlot(schedule.id, readFrequency(sync.frequency), deps.store.now())
  await deps.store.setDeployed(sync.environment, schedule.id, { default: sync.frequency, models, nextAt })
  return true
}

/**
 * When it is not blocked any more, a run comes soon: not at once, as the connections of a whole integration may come back
 * together. Instances whose copies of the catalog differ may do and undo this; the last change of the connection decides.
 */
async function block(
  { store, events }: ReconcileDeps,
  environment: string,
  schedule: Schedule,
  blocked: string,
): Promise<boolean> {
  if (schedule.blocked === blocked) return false
  const now = store.now()
  const { id, nextAt } = schedule
  const passed = schedule.state === 'STARTED' && blocked === '' && nextAt <= now
  const missed = passed ? 1 + missedSlots(frequencyInForce(schedule), nextAt, now) : 0
  const resumeAt = blocked === '' ? now + spread(id, RESUME_WITHIN_MS) : nextAt
  if ((await store.setBlocked(environment, id, { blocked, resumeAt, missed })) !== 'done') return false
  if (blocked !== '') events.scheduleBlocked(environment, id, blocked)
  else events.scheduleUnblocked(environment, id)
  if (missed > 0) events.slotsSkipped(environment, schedule, 'blocked', missed)
  return true
}

/** Deployments are checked. A frequency that got past the check must neither fire nor stop the other syncs. */
function isReadable({ events }: ReconcileDeps, sync: Sync): boolean {
  try {
    readFrequency(sync.frequency)
    return true
  } catch (error) {
    events.frequencyUnreadable(sync.environment, sync.name, error)
    return false
  }
}

function isBaseOf(sync: Sync) {
  return (schedule: Schedule) => schedule.sync === sync.name && schedule.variant === BASE
}
