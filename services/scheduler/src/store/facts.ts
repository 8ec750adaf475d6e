import { type Definition, definitionFrom } from '../schedules/definition.ts'
import type { Facts } from '../schedules/freshness.ts'
import { type Run, runFrom, unpackRun } from '../schedules/run.ts'
import { type Blocked, type Schedule, scheduleFrom } from '../schedules/schedule.ts'

/** What all_facts in ../scripts/facts.lua returns. */
export type FactsReply = [
  rows: [id: string, flat?: string[], long?: string[], run?: string[], ended?: string][],
  definitions: [id: string, flat: string[]][],
  environments: LimitRow[],
  integrations: LimitRow[],
  runners: [alive: number, slots: number, busy: number],
  downtime: string,
]
export type LimitRow = [name: string, running: number, max: number, oldestAt: number]

/** A schedule with its newest run. */
export interface View {
  schedule: Schedule
  /** The one that has not ended. */
  run: Run | undefined
  /** The newest one that has. */
  ended: Run | undefined
  facts: Omit<Facts, 'now' | 'expectedSince'> & { schedule: NonNullable<Facts['schedule']> }
}

/** What many schedules have in common. */
export interface Shared {
  definitions: Map<string, Definition>
  /** Of environments, and of integrations as `<environment>/<integration>`. */
  limits: Map<string, LimitRow>
  runners: Facts['runners']
  downtime: Facts['downtime']
}

export function sharedFrom([
  ,
  definitions,
  environments,
  integrations,
  runners,
  downtime,
]: FactsReply): Shared {
  const [alive, slots, busy] = runners
  return {
    definitions: new Map(definitions.map(([id, flat]) => [id, definitionFrom(id, record(flat))])),
    limits: new Map([...environments, ...integrations].map((row) => [row[0], row])),
    runners: { alive, slots, busy },
    downtime: downtimeFrom(downtime),
  }
}

/** What the freshness of a schedule depends on beside itself. */
export function around({ environment, integration, sync, ...definition }: Definition, shared: Shared) {
  const { runners, downtime, limits } = shared
  return {
    ...{ runners, downtime },
    environment: limitOf(environment, limits.get(environment)),
    integration: limitOf(integration, limits.get(`${environment}/${integration}`)),
    sync: syncLimit(`${integration}/${sync}`, definition),
  }
}

/** By id; those that do not exist are not among them. */
export function viewsFrom(reply: FactsReply, shared = sharedFrom(reply)): Map<string, View> {
  const [rows] = reply
  const views = new Map<string, View>()
  for (const [id, flat, long = [], active = [], packed = ''] of rows) {
    if (flat === undefined) continue
    const fields = { ...record(flat), ...record(long) }
    const number = fields.def ?? ''
    const definition = shared.definitions.get(number) ?? definitionFrom(number, {})
    const schedule = scheduleFrom(id, fields, definition)
    const runFields = record(active)
    const run = runFields.state === undefined ? undefined : runFrom(schedule.lastRun, runFields)
    const ended = packed === '' ? undefined : unpackRun(id, packed)
    const facts = {
      ...around(definition, shared),
      schedule: scheduleFacts(schedule, fields),
      run: run && activeRun(run, runFields),
      ended,
    }
    views.set(id, { schedule, run, ended, facts })
  }
  return views
}

type Fields = Record<string, string>

function scheduleFacts(schedule: Schedule, fields: Fields): NonNullable<Facts['schedule']> {
  const { intervalMs, freshMs, blocked, stale, definition } = schedule
  const longest = schedule.frequency === '' ? definition.longestMs : Number(fields.longest_ms ?? 0)
  const [reason, since] = stale === '' ? [] : JSON.parse(stale) // what mark-stale.lua wrote
  const takesSlots = schedule.state === 'STARTED' && blocked === ''
  return {
    ...schedule,
    intervalMs: intervalMs || longest || freshMs / 2,
    paused: schedule.state === 'PAUSED',
    pausedAt: Number(fields.paused_at ?? 0),
    blocked: blocked === '' ? undefined : (JSON.parse(blocked) as Blocked), // what reconcile wrote
    nextAt: takesSlots ? schedule.nextAt : 0,
    stale: reason && { reason, since },
  }
}

function activeRun(run: Run, fields: Fields): NonNullable<Facts['run']> {
  return {
    ...run,
    state: run.state === 'RUNNING' ? 'RUNNING' : 'QUEUED',
    // With a checkpoint it has shown that it reaches its services again.
    handBack: fields.progressed === '1' ? '' : run.handBack,
    unavailableSince: Number(fields.unavailable_since ?? 0),
  }
}

function limitOf(name: string, row: LimitRow | undefined): Facts['environment'] {
  const [, running = 0, max = 0, oldestAt = 0] = row ?? []
  return { name, running, max, oldestAt }
}

function syncLimit(
  name: string,
  { running, maxRuns: max }: Pick<Definition, 'running' | 'maxRuns'>,
): Facts['sync'] {
  return { name, running, max, oldestAt: 0 }
}

function downtimeFrom(text: string): Facts['downtime'] {
  if (text === '') return undefined
  const [from, to] = JSON.parse(text) // what sweep-stale.lua wrote
  return { from, to }
}

export function record(flat: string[]): Fields {
  const fields: Fields = {}
  for (let i = 0; i + 1 < flat.length; i += 2) fields[flat[i] as string] = flat[i + 1] as string
  return fields
}
