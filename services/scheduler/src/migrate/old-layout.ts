import { freshMsOf, gapsOf, readFrequency } from '@syncline/frequency'
import type { Redis } from '@syncline/redis'
import { BASE } from '../schedules/schedule.ts'
import type { Cleaning } from '../store/cleaning-store.ts'
import type { MigratedSchedule } from '../store/schedule-store.ts'

type Fields = Record<string, string>

/** A schedule as builds before schema 2 kept it, with its run that has not ended. */
export interface OldSchedule {
  id: string
  fields: Fields
  active: Fields | undefined
}

const DELETED_AT_ONCE = 500

/**
 * What builds before schema 2 kept in Redis, by environment: `schedule:<id>`, `connections`, `connection:<uid>` (its schedules),
 * `runs:<schedule>` (ids, newest first), `run:<id>`, `cleaning`, and indexes that nobody needs any more.
 */
export class OldLayout {
  readonly #redis: Redis
  readonly #prefix: string

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis
    this.#prefix = prefix
  }

  environments(): Promise<string[]> {
    return this.#redis.smembers(`${this.#prefix}:environments`)
  }

  /** Of connections, some at a time. They come again until they were dropped. */
  async *schedules(environment: string, connections: number): AsyncGenerator<OldSchedule[]> {
    const set = this.#key(environment, 'connections')
    for (;;) {
      const uids = await this.#redis.srandmember(set, connections)
      if (uids.length === 0) return
      const ids = await Promise.all(
        uids.map((uid) => this.#redis.smembers(this.#key(environment, `connection:${uid}`))),
      )
      const found = await Promise.all(ids.flat().map((id) => this.#schedule(environment, id)))
      yield found.filter((schedule) => schedule !== undefined)
      await this.#drop(environment, uids, ids.flat())
    }
  }

  async cleanings(environment: string): Promise<Cleaning[]> {
    const entries = await this.#redis.hgetall(this.#key(environment, 'cleaning'))
    return Object.entries(entries).map(([id, text]) => {
      const entry = JSON.parse(text)
      return { ...entry, id, models: JSON.parse(entry.models) }
    })
  }

  /** After its schedules. */
  async dropEnvironment(environment: string): Promise<void> {
    const names = ['due', 'leases', 'throttled', 'outbox', 'cleaning', 'connections']
    await this.#redis.unlink(...names.map((name) => this.#key(environment, name)))
    await this.#redis.srem(`${this.#prefix}:environments`, environment)
  }

  async #schedule(environment: string, id: string): Promise<OldSchedule | undefined> {
    const fields = await this.#redis.hgetall(this.#key(environment, `schedule:${id}`))
    if (fields.state === undefined) return undefined
    const { active } = fields
    const run = active ? await this.#redis.hgetall(this.#key(environment, `run:${active}`)) : undefined
    return { id, fields, active: run?.state === undefined ? undefined : { ...run, id: active as string } }
  }

  /** Connections last: until then everything is found again. */
  async #drop(environment: string, uids: string[], ids: string[]): Promise<void> {
    const histories = ids.map((id) => this.#key(environment, `runs:${id}`))
    const runs = (await Promise.all(histories.map((key) => this.#redis.lrange(key, 0, -1)))).flat()
    const keys = [
      ...runs.map((id) => this.#key(environment, `run:${id}`)),
      ...histories,
      ...ids.map((id) => this.#key(environment, `schedule:${id}`)),
      ...uids.map((uid) => this.#key(environment, `connection:${uid}`)),
    ]
    for (let at = 0; at < keys.length; at += DELETED_AT_ONCE) {
      await this.#redis.unlink(...keys.slice(at, at + DELETED_AT_ONCE))
    }
    await this.#redis.srem(this.#key(environment, 'connections'), ...uids)
  }

  #key(environment: string, name: string): string {
    return `${this.#prefix}:{${environment}}:${name}`
  }
}

/** The same schedule in the present layout, with the definition `def`. */
export function migrated(
  { id, fields, active }: OldSchedule,
  def: string,
  now: number,
  fresh?: string,
): MigratedSchedule {
  const lastSyncAt = Number(fields.last_sync_at ?? 0)
  const isReset = active?.state === 'QUEUED' && active.empty_cache === '1' && active.has_begun !== '1'
  return {
    id,
    def,
    fields: {
      connection: fields.connection ?? '',
      uid: fields.uid ?? '',
      variant: fields.variant === BASE ? '' : (fields.variant ?? ''),
      state: fields.state === 'PAUSED' ? 'PAUSED' : '',
      ...override(fields.frequency ?? '', fresh),
      next_at: Number(fields.next_at ?? now),
      number: Number(fields.number ?? 0) || '',
      checkpoint: fields.checkpoint ?? '',
      last_sync_at: lastSyncAt || '',
      // When it ended is not known.
      fresh_at: lastSyncAt || '',
      // Before now: it is not new.
      created_at: lastSyncAt > 0 ? '' : now - 1000,
      skipped: Number(fields.skipped ?? 0) || '',
      blocked: fields.blocked ?? '',
      empty_cache: fields.empty_cache === '1' || isReset ? '1' : '',
      command: fields.command ?? '',
    },
    cause: causeOf(fields.pending_trigger || fields.wanted || active?.cause),
    ...(active && { lost: { ...lostRun(active), def } }),
  }
}

function override(text: string, fresh: string | undefined): Record<string, string | number> {
  if (text === '') return {}
  const frequency = readFrequency(text)
  const own =
    frequency.kind === 'every' ? { interval_ms: frequency.ms } : { longest_ms: gapsOf(frequency).longestMs }
  return { frequency: text, fresh_ms: freshMsOf(frequency, fresh), ...own }
}

function causeOf(text: string | undefined): MigratedSchedule['cause'] {
  return text === 'schedule' || text === 'trigger' || text === 'start' ? text : ''
}

function lostRun({
  id = '',
  cause = 'schedule',
  requested_at = '0',
  attempt = '0',
  runner = '',
  sandbox = '',
}: Fields): Fields {
  return { id, cause, requested_at, attempt, runner, sandbox }
}
