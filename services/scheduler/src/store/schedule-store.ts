import { type Held, type Redis, waitForMutex } from '@syncline/redis'
import { type Definition, definitionFrom } from '../schedules/definition.ts'
import type { Cause } from '../schedules/run.ts'
import { readVariants, type Variants } from './read-variants.ts'
import { type RunStop, type StopRow, stopsFrom } from './run-store.ts'
import { load, type State } from './state.ts'

const scripts = {
  setDefinition: load('set-definition', 'schedules'),
  finishPlacing: load('finish-placing'),
  removeDefinition: load('remove-definition'),
  setLimit: load('set-limit', 'schedules'),
  check: load('check-schedules', 'schedules'),
  create: load('create-schedules', 'schedules'),
  place: load('place-schedules', 'schedules'),
  remove: load('remove-schedules', 'schedules', 'stale'),
  setBlocked: load('set-blocked', 'schedules'),
  trigger: load('trigger', 'schedules', 'results'),
  start: load('start', 'schedules'),
  pause: load('pause', 'schedules'),
  cancel: load('cancel-runs', 'schedules'),
  setFrequency: load('set-frequency'),
  setCheckpoint: load('set-checkpoint'),
  migrate: load('migrate-schedules', 'schedules'),
  owners: load('list-owners', 'schedules'),
}

/** So many schedules a call may be about: meanwhile Redis does nothing else, for some milliseconds at most. */
export const CHECKED_AT_ONCE = 1000
export const CHANGED_AT_ONCE = 50

/** The run that a command asked for, of one schedule: see ../scripts/trigger.lua. */
export type AskedRunRow = [id: string, connection: string, sync: string, variant: string]

export interface NewSchedule {
  id: string
  connection: string
  uid: string
  /** JSON text of `Blocked`; '' = not blocked. */
  blocked: string
}

export type Created = 'created' | 'exists' | 'repeated' | 'cleaning'
/** `blocked` is JSON text of `Blocked`; '' = not blocked. */
export type Expected = { def: string; id: string; blocked: string }
/** `index` among those that are expected. */
export type Differing = { index: number; how: 'undefined' | 'missing' | 'blocked' | 'place' }
/** A schedule whose cron slots the caller has to give. */
export type CronRow = { id: string; nextAt: number; frequency: string; jitterMs: number }
/** Slots that passed, the last of them, and the one after now. */
export type CronSlots = Record<string, [count: number, last: number, next: number]>

/** `isPart`: it is about more schedules than these, and the caller keeps its result. `reset` and `emptyCache`: before the run. */
export interface TriggerCommand {
  id: string
  ids: string[]
  reset: boolean
  emptyCache: boolean
  withRuns: boolean
  isPart: boolean
}

/** What a schedule belongs to. */
export interface Owner {
  id: string
  def: string
  connection: string
  uid: string
  variant: string
}

/** Of an environment ('' as integration), or of one of its integrations. Absent: the default. */
export interface Limit {
  environment: string
  integration: string
  maxRuns?: number | undefined
  weight?: number | undefined
}

/** See migrate-schedules.lua. */
export interface MigratedSchedule {
  id: string
  def: string
  fields: Record<string, string | number>
  cause: '' | Cause
  lost?: Record<string, string>
}

/** Schedules and definitions as the catalog and commands change them. Ids of a call are at most `CHANGED_AT_ONCE`. */
export class ScheduleStore {
  readonly #state: State

  constructor(state: State) {
    this.#state = state
  }

  now(): number {
    return this.#state.now()
  }

  async setDefinition(
    name: { environment: string; integration: string; sync: string },
    fields: Record<string, string | number>,
    models: string[],
  ): Promise<{ number: string; placing: string; more: boolean }> {
    const args = { ...name, fields, models }
    const [number, placing, more] = await this.#state.run<[string, string, number]>(
      scripts.setDefinition,
      args,
    )
    return { number, placing, more: more === 1 }
  }

  async finishPlacing(def: string, placing: string): Promise<void> {
    await this.#state.run(scripts.finishPlacing, { def, placing })
  }

  removeDefinition(def: string): Promise<'removed' | 'kept'> {
    return this.#state.run(scripts.removeDefinition, { def })
  }

  /** Of every sync that has, or had, schedules; or only those of one environment, or integration. */
  async definitions(of?: { environment: string; integration?: string }): Promise<Definition[]> {
    const names = [of?.environment, of?.integration].filter((name) => name !== undefined)
    const prefix = names.map((name) => `${name}/`).join('')
    const numbers = await this.#state.ask((redis) => redis.hgetall(this.#state.key('syncs')))
    const wanted = Object.entries(numbers).filter(([name]) => name.startsWith(prefix))
    const found = await Promise.all(wanted.map(([, number]) => this.definition(number)))
    return found.filter((definition) => definition !== undefined)
  }

  async definition(number: string): Promise<Definition | undefined> {
    const fields = await this.#state.ask((redis) => redis.hgetall(this.#state.key(`sync:${number}`)))
    return fields.environment === undefined ? undefined : definitionFrom(number, fields)
  }

  /** Of an integration, or ('') of its environment. */
  async limit(environment: string, integration: string): Promise<Pick<Limit, 'maxRuns' | 'weight'>> {
    const key = integration === '' ? `env:${environment}` : `int:${environment}/${integration}`
    const [maxRuns, weight] = await this.#state.ask((redis) =>
      redis.hmget(this.#state.key(key), 'max_runs', 'weight'),
    )
    return { maxRuns: maxRuns ? Number(maxRuns) : undefined, weight: weight ? Number(weight) : undefined }
  }

  async setLimit({ environment, integration, maxRuns, weight }: Limit): Promise<void> {
    const args = { environment, integration, maxRuns: maxRuns ?? '', weight: weight ?? '' }
    await this.#state.run(scripts.setLimit, args)
  }

  /** Compares at most `CHECKED_AT_ONCE` schedules with what is expected of them. Those of a definition come one after the other. */
  async check(expected: Expected[]): Promise<Differing[]> {
    const flat = await this.#state.run<(number | string)[]>(scripts.check, { groups: groupsOf(expected) })
    const differing: Differing[] = []
    for (let i = 0; i < flat.length; i += 2) {
      differing.push({ index: Number(flat[i]), how: flat[i + 1] as Differing['how'] }) // the script's words
    }
    return differing
  }

  /** Undefined: there is no such definition. */
  async create(
    def: string,
    schedules: NewSchedule[],
    options: { variant: string; paused: boolean; times: number[]; command?: string },
  ): Promise<Created[] | undefined> {
    const rows = schedules.map(({ id, connection, uid, blocked }) => [id, connection, uid, blocked])
    const args = { def, schedules: rows, command: '', ...options }
    const results = await this.#state.run<(Created | 'undefined')[]>(scripts.create, args)
    return results[0] === 'undefined' ? undefined : (results as Created[])
  }

  /** Returns those that have a frequency of their own and are not in `overrides`. */
  async place(
    def: string,
    ids: string[],
    times: number[],
    overrides: Record<string, [nextAt: number, freshMs: number]> = {},
  ): Promise<{ id: string; frequency: string }[]> {
    const args = { def, ids: ids.join(''), times, overrides }
    const rows = await this.#state.run<[string, string][]>(scripts.place, args)
    return rows.map(([id, frequency]) => ({ id, frequency }))
  }

  /** Models in `kept` are not emptied. `isSwept`: the caller leaves that to a sweep. */
  async remove(
    ids: string[],
    options: { reason: string; kept: string[]; isSwept: boolean },
  ): Promise<{ removed: string[]; toClean: string[]; stops: RunStop[] }> {
    const args = { ids: ids.join(''), ...options }
    const [removed, toClean, stops] = await this.#state.run<[string, string, StopRow[]]>(scripts.remove, args)
    return { removed: idsOf(removed), toClean: idsOf(toClean), stops: stopsFrom(stops) }
  }

  async setBlocked(
    schedules: { id: string; blocked: string }[],
    resumeWithinMs: number,
    cron: CronSlots = {},
  ): Promise<{ changed: string[]; cron: CronRow[] }> {
    const args = { schedules: schedules.map(({ id, blocked }) => [id, blocked]), resumeWithinMs, cron }
    const [changed, rows] = await this.#state.run<[string, string[][]]>(scripts.setBlocked, args)
    return { changed: idsOf(changed), cron: rows.map(cronRow) }
  }

  /**
   * Applies commands in their order, up to the first of which schedules are `missing`. An answer is the result that was kept
   * before, or what the command asked for.
   */
  async trigger(
    environment: string,
    commands: TriggerCommand[],
  ): Promise<{ answers: (string | AskedRunRow[])[]; missing: string[]; stops: RunStop[] }> {
    const args = {
      environment,
      commands: commands.map(({ ids, ...rest }) => ({ ...rest, ids: ids.join('') })),
    }
    const [rows, missing, stops] = await this.#state.run<[(string | [AskedRunRow[]])[], string, StopRow[]]>(
      scripts.trigger,
      args,
    )
    const answers = rows.map((row) => (typeof row === 'string' ? row : row[0]))
    return { answers, missing: idsOf(missing), stops: stopsFrom(stops) }
  }

  /** Ends active runs, or only `run`. */
  async cancel(
    environment: string,
    ids: string[],
    options: { run?: string; reason: string; command: string },
  ): Promise<{ cancelled: number; stops: RunStop[]; isKnown: boolean }> {
    const args = { environment, ids: ids.join(''), run: '', ...options }
    const [cancelled, stops, known] = await this.#state.run<[number, StopRow[], number]>(scripts.cancel, args)
    return { cancelled, stops: stopsFrom(stops), isKnown: known === 1 }
  }

  /** If some of `ids` are `missing`, nothing was done; so in `pause`. */
  async start(
    ids: string[],
    command: string,
    cron: CronSlots = {},
  ): Promise<{ missing: string[]; cron: CronRow[]; runs: AskedRunRow[] }> {
    const args = { ids: ids.join(''), command, cron }
    const [missing, rows, runs] = await this.#state.run<[string, string[][], AskedRunRow[]]>(
      scripts.start,
      args,
    )
    return { missing: idsOf(missing), cron: rows.map(cronRow), runs }
  }

  async pause(ids: string[], command: string): Promise<{ missing: string[]; cancelled: number }> {
    const args = { ids: ids.join(''), command }
    const [missing, cancelled] = await this.#state.run<[string, number]>(scripts.pause, args)
    return { missing: idsOf(missing), cancelled }
  }

  setFrequency(
    id: string,
    command: string,
    change: {
      frequency: string
      intervalMs: number | ''
      longestMs: number | ''
      freshMs: number | ''
      nextAt: number
    },
  ): Promise<'done' | 'repeated' | 'missing'> {
    return this.#state.run(scripts.setFrequency, { id, command, ...change })
  }

  setCheckpoint(
    id: string,
    command: string,
    checkpoint: string,
  ): Promise<'done' | 'repeated' | 'running' | 'missing'> {
    return this.#state.run(scripts.setCheckpoint, { id, command, checkpoint })
  }

  /** By the ids of schedules; those that do not exist are not among them. */
  async definitionsOf(ids: string[]): Promise<Map<string, Definition>> {
    const numbers = await this.#state.ask((redis) =>
      Promise.all(ids.map((id) => redis.hget(this.#state.key(`s:${id}`), 'def'))),
    )
    const distinct = [...new Set(numbers)].filter((number) => number !== null)
    const found = await Promise.all(distinct.map((number) => this.definition(number)))
    const byNumber = new Map(distinct.map((number, index) => [number, found[index]]))
    const owners = new Map<string, Definition>()
    for (const [index, id] of ids.entries()) {
      const definition = byNumber.get(numbers[index] ?? '')
      if (definition) owners.set(id, definition)
    }
    return owners
  }

  variantsOf(environment: string, uids: string[]): Promise<Map<string, Variants>> {
    return readVariants(this.#state, environment, uids)
  }

  /** How many of these there are. */
  existing(ids: string[]): Promise<number> {
    return this.#state.ask((redis) => redis.exists(...ids.map((id) => this.#state.key(`s:${id}`))))
  }

  /** Goes through all schedules; gives those of these definitions, in batches. Few calls need it: it looks at every key of Redis. */
  async *schedulesOf(defs: string[]): AsyncGenerator<Owner[]> {
    const prefix = this.#state.key('s:')
    let cursor = '0'
    do {
      const scan = (redis: Redis) => redis.scan(cursor, 'MATCH', `${prefix}*`, 'COUNT', CHECKED_AT_ONCE)
      const [next, keys] = await this.#state.ask(scan)
      cursor = next
      const ids = keys.map((key) => key.slice(prefix.length))
      if (ids.length === 0) continue
      const rows = await this.#state.run<[string, string, string, string, string][]>(scripts.owners, {
        ids: ids.join(''),
        defs,
      })
      yield rows.map(([id, def, connection, uid, variant]) => ({ id, def, connection, uid, variant }))
    } while (cursor !== '0')
  }

  /** Writes schedules of an earlier layout; those that are there already are left alone. */
  async migrate(schedules: MigratedSchedule[]): Promise<{ written: number; lost: number }> {
    const [written, lost] = await this.#state.run<[number, number]>(scripts.migrate, { schedules })
    return { written, lost }
  }

  /** Empties the list of the runs of an environment that ended, at most some ten thousand entries; or only of those before `before`. */
  async forgetRuns(environment: string, before?: number): Promise<void> {
    const key = this.#state.key(`runs:${environment}`)
    await this.#state.ask<unknown>((redis) =>
      before === undefined ? redis.unlink(key) : redis.xtrim(key, 'MINID', before),
    )
  }

  /** Whether the caller is the one of all instances that compares everything with the catalog within this time. */
  async claimReconciling(forMs: number): Promise<boolean> {
    const key = this.#state.key('reconciling')
    return (await this.#state.ask((redis) => redis.set(key, '1', 'PX', Math.ceil(forMs), 'NX'))) === 'OK'
  }

  waitForMutex(name: string, signal: AbortSignal): Promise<Held> {
    return this.#state.ask((redis) =>
      waitForMutex({ redis, key: this.#state.key(`mutex:${name}`) }, { signal }),
    )
  }
}

function groupsOf(expected: Expected[]): [def: string, ids: string, blocked: Record<number, string>][] {
  const groups: [string, string, Record<number, string>][] = []
  let last: [string, string, Record<number, string>] | undefined
  for (const { def, id, blocked } of expected) {
    if (last?.[0] !== def) {
      last = [def, '', {}]
      groups.push(last)
    }
    last[1] += id
    if (blocked !== '') last[2][last[1].length / ID_CHARS] = blocked
  }
  return groups
}

/** Ids come back to back. */
const ID_CHARS = 24

function idsOf(text: string): string[] {
  const ids: string[] = []
  for (let at = 0; at < text.length; at += ID_CHARS) ids.push(text.slice(at, at + ID_CHARS))
  return ids
}

function cronRow([id = '', nextAt, frequency = '', jitterMs]: string[]): CronRow {
  return { id, nextAt: Number(nextAt), frequency, jitterMs: Number(jitterMs) }
}
