import { type Definition, definitionFrom } from '../definition.ts'
import { load, type State } from './state.ts'

const scripts = {
  setDefinition: load('set-definition', 'schedules'),
  finishPlacing: load('finish-placing'),
  removeDefinition: load('remove-definition'),
  setLimit: load('set-limit', 'schedules'),
  check: load('check-schedules', 'schedules'),
  create: load('create-schedules', 'schedules'),
  place: load('place-schedules', 'schedules'),
  remove: load('remove-schedules', 'schedules'),
  setBlocked: load('set-blocked', 'schedules'),
  trigger: load('trigger', 'schedules'),
  start: load('start', 'schedules'),
  pause: load('pause', 'schedules'),
  setFrequency: load('set-frequency'),
}

/** So many schedules a call may be about: meanwhile Redis does nothing else, for some milliseconds at most. */
export const CHECKED_AT_ONCE = 1000
export const CHANGED_AT_ONCE = 100

export interface NewSchedule {
  id: string
  connection: string
  uid: string
  /** JSON text of `Blocked`; '' = not blocked. */
  blocked: string
}

export type Created = 'created' | 'exists' | 'repeated' | 'cleaning'
export type Differing = { index: number; how: 'missing' | 'blocked' | 'place' }
/** A schedule whose cron slots the caller has to give. */
export type CronRow = { id: string; nextAt: number; frequency: string; jitterMs: number }
/** Slots that passed, the last of them, and the one after now. */
export type CronSlots = Record<string, [count: number, last: number, next: number]>
/** Variants by sync. */
export type Variants = Record<string, string[]>

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

  /** Of every sync that has, or had, schedules. */
  async definitions(): Promise<Definition[]> {
    const numbers = await this.#state.ask((redis) => redis.hvals(this.#state.key('syncs')))
    const found = await Promise.all(numbers.map((number) => this.definition(number)))
    return found.filter((definition) => definition !== undefined)
  }

  async definition(number: string): Promise<Definition | undefined> {
    const fields = await this.#state.ask((redis) => redis.hgetall(this.#state.key(`sync:${number}`)))
    return fields.environment === undefined ? undefined : definitionFrom(number, fields)
  }

  async definitionOf(
    environment: string,
    integration: string,
    sync: string,
  ): Promise<Definition | undefined> {
    const name = `${environment}/${integration}/${sync}`
    const number = await this.#state.ask((redis) => redis.hget(this.#state.key('syncs'), name))
    return number === null ? undefined : this.definition(number)
  }

  /** Of an integration, or ('') of its environment. Returns whether anything has changed. */
  async setLimit(
    environment: string,
    integration: string,
    { maxRuns = '', weight = '' }: { maxRuns?: number | ''; weight?: number | '' },
  ): Promise<boolean> {
    const args = { environment, integration, maxRuns, weight }
    return (await this.#state.run<number>(scripts.setLimit, args)) === 1
  }

  /** Of at most `CHECKED_AT_ONCE` schedules; `blocked` has what is expected of those that are. Undefined: no such definition. */
  async check(
    def: string,
    ids: string[],
    blocked: ReadonlyMap<number, string>,
  ): Promise<Differing[] | undefined> {
    const places = Object.fromEntries([...blocked].map(([index, json]) => [index + 1, json]))
    const args = { def, ids: ids.join(''), blocked: places }
    const flat = await this.#state.run<(number | string)[] | null>(scripts.check, args)
    if (flat === null) return undefined
    const differing: Differing[] = []
    for (let i = 0; i < flat.length; i += 2) {
      differing.push({ index: Number(flat[i]) - 1, how: flat[i + 1] as Differing['how'] }) // the script's words
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

  async remove(
    ids: string[],
    reason: string,
    models: string[],
  ): Promise<{ removed: string[]; toClean: string[]; stops: StopRow[] }> {
    const args = { ids: ids.join(''), reason, models }
    const [removed, toClean, stops] = await this.#state.run<[string, string, StopRow[]]>(scripts.remove, args)
    return { removed: idsOf(removed), toClean: idsOf(toClean), stops }
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

  /** If some of `ids` are `missing`, nothing was done; so in `start` and `pause`. */
  async trigger(
    ids: string[],
    command: string,
    options: { reset: boolean; emptyCache: boolean },
  ): Promise<{ missing: string[]; stops: StopRow[] }> {
    const args = { ids: ids.join(''), command, ...options }
    const [missing, stops] = await this.#state.run<[string, StopRow[]]>(scripts.trigger, args)
    return { missing: idsOf(missing), stops }
  }

  async start(
    ids: string[],
    command: string,
    cron: CronSlots = {},
  ): Promise<{ missing: string[]; cron: CronRow[] }> {
    const args = { ids: ids.join(''), command, cron }
    const [missing, rows] = await this.#state.run<[string, string[][]]>(scripts.start, args)
    return { missing: idsOf(missing), cron: rows.map(cronRow) }
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

  /** Variants of connections, by uid, of those that have some. */
  async variantsOf(environment: string, uids: string[]): Promise<Map<string, Variants>> {
    const found = new Map<string, Variants>()
    if (uids.length === 0) return found
    const key = this.#state.key(`variants:${environment}`)
    const texts = await this.#state.ask((redis) => redis.hmget(key, ...uids))
    for (const [index, text] of texts.entries()) {
      if (text) found.set(uids[index] as string, JSON.parse(text))
    }
    return found
  }
}

/** Back to back. */
const ID_CHARS = 24

function idsOf(text: string): string[] {
  const ids: string[] = []
  for (let at = 0; at < text.length; at += ID_CHARS) ids.push(text.slice(at, at + ID_CHARS))
  return ids
}

function cronRow([id = '', nextAt, frequency = '', jitterMs]: string[]): CronRow {
  return { id, nextAt: Number(nextAt), frequency, jitterMs: Number(jitterMs) }
}
