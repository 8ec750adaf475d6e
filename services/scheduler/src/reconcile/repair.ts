import type { Catalog } from '@syncline/catalog'
import { freshMsOf, readFrequency } from '@syncline/frequency'
import { inChunks } from '../in-chunks.ts'
import type { Notices } from '../notices.ts'
import type { ScheduleEvents } from '../schedule-events.ts'
import { BASE } from '../schedules/schedule.ts'
import { missedSlots, nextSlot } from '../schedules/slots.ts'
import {
  CHANGED_AT_ONCE,
  type CronRow,
  type CronSlots,
  type Differing,
  type ScheduleStore,
} from '../store/schedule-store.ts'
import { type Definitions, type Deployed, slotTimes } from './definitions.ts'
import type { Expected } from './expected.ts'

export type ReconcileDeps = {
  schedules: ScheduleStore
  definitions: Definitions
  catalog: Catalog
  events: ScheduleEvents
  notices: Pick<Notices, 'wakeRunners' | 'stop'>
  /** Ends work on many schedules between two calls. */
  signal?: AbortSignal
}

/** Schedules that were blocked run again within this time: the connections of a whole integration may come back together. */
const RESUME_WITHIN_MS = 5000

/** Makes schedules that differ what is expected of them. Returns why something has to be done again later, if it has. */
export async function repair(
  deps: ReconcileDeps,
  expected: Expected[],
  differing: Differing[],
): Promise<string | undefined> {
  const having = (how: Differing['how']) =>
    differing.filter((one) => one.how === how).map(({ index }) => expected[index] as Expected)

  let problem: string | undefined
  for (const { deployed } of having('undefined')) problem = lost(deps, deployed)
  // A variant that is missing was removed a moment ago.
  const missing = having('missing').filter(({ variant }) => variant === BASE)
  for (const group of groups(missing)) problem = (await create(deps, group)) ?? problem
  for (const group of groups(having('blocked'))) await block(deps, group)
  for (const group of groups(having('place'))) await place(deps, group)

  if (differing.length > 0) deps.notices.wakeRunners()
  return problem
}

/** Those of a definition, as many as a call may be about. */
function* groups(all: Expected[]): Generator<Expected[]> {
  for (const ofSync of Map.groupBy(all, ({ def }) => def).values()) yield* inChunks(ofSync, CHANGED_AT_ONCE)
}

async function create(deps: ReconcileDeps, group: Expected[]): Promise<string | undefined> {
  const { deployed, def } = group[0] as Expected
  const { sync } = deployed
  const rows = group.map(({ id, connection, blocked }) => ({
    id,
    connection: connection.id,
    uid: connection.uid,
    blocked,
  }))
  const times = slotTimes(deployed, deps.schedules.now())
  const results = await deps.schedules.create(def, rows, { variant: BASE, paused: !sync.autoStart, times })
  if (results === undefined) return lost(deps, deployed)
  const created = group.filter((_, i) => results[i] === 'created').map(({ id }) => id)
  if (created.length > 0) deps.events.schedulesCreated(sync.environment, sync.name, BASE, created)
  return results.includes('cleaning') ? `records of an earlier '${sync.name}' are being removed` : undefined
}

function lost({ definitions }: ReconcileDeps, { sync }: Deployed): string {
  definitions.forget(sync)
  return `Redis has lost the definition of sync '${sync.name}'`
}

/** Instances whose copies of the catalog differ may do and undo this; the last change of the connection decides. */
async function block({ schedules, events }: ReconcileDeps, group: Expected[]): Promise<void> {
  const environment = group[0]?.deployed.sync.environment ?? ''
  const { changed, cron } = await schedules.setBlocked(group, RESUME_WITHIN_MS)
  if (cron.length > 0) {
    const slots = cronSlots(cron, schedules.now())
    const rest = group.filter(({ id }) => slots[id])
    changed.push(...(await schedules.setBlocked(rest, RESUME_WITHIN_MS, slots)).changed)
  }
  const stopped = new Set(group.filter(({ blocked }) => blocked !== '').map(({ id }) => id))
  const [now, before] = [changed.filter((id) => stopped.has(id)), changed.filter((id) => !stopped.has(id))]
  if (now.length > 0) events.schedulesBlocked(environment, now)
  if (before.length > 0) events.schedulesUnblocked(environment, before)
}

/** Moves the next slots of schedules of a sync to where its frequency has them. Overrides follow its `fresh` and its jitter. */
export async function place(
  { schedules }: { schedules: ScheduleStore },
  group: Pick<Expected, 'deployed' | 'id'>[],
): Promise<void> {
  const { deployed } = group[0] as Expected
  const { def, sync, jitterMs } = deployed
  const now = schedules.now()
  const times = slotTimes(deployed, now)
  const ids = group.map(({ id }) => id)
  const overridden = await schedules.place(def, ids, times)
  if (overridden.length === 0) return
  const overrides: Record<string, [nextAt: number, freshMs: number]> = {}
  for (const { id, frequency: text } of overridden) {
    const frequency = readFrequency(text)
    overrides[id] = [nextSlot(id, frequency, now, jitterMs), freshMsOf(frequency, sync.fresh || undefined)]
  }
  await schedules.place(def, Object.keys(overrides), times, overrides)
}

/** Slots of cron schedules that have passed. */
export function cronSlots(rows: CronRow[], now: number): CronSlots {
  const slots: CronSlots = {}
  for (const { id, nextAt, frequency: text, jitterMs } of rows) {
    const frequency = readFrequency(text)
    const next = nextSlot(id, frequency, now, jitterMs)
    const count = nextAt > now ? 0 : 1 + missedSlots(id, frequency, nextAt, now, jitterMs)
    slots[id] = [count, count > 0 ? now : nextAt, next]
  }
  return slots
}
