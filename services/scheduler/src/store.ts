import type { ModelCounts } from '@syncline/proto'
import { type Redis, redisCall } from '@syncline/redis'
import { type Cause, type Outcome, type Run, runFrom } from './run.ts'
import { type Schedule, scheduleFrom } from './schedule.ts'
import { scripts } from './scripts.ts'

export type Clock = () => number

export interface NewSchedule {
  id: string
  integration: string
  connection: string
  uid: string
  sync: string
  variant: string
  models: string[]
  state: Schedule['state']
  blocked: string
  default: string
  nextAt: number
  /** The command that creates it; '' = none. */
  command: string
}

/** A removed schedule whose records have yet to be removed. */
interface Cleaning {
  id: string
  uid: string
  sync: string
  variant: string
  models: string[]
  /** Number that the next run would have had: with it the record store shuts out the last one. */
  number: number
  since: number
}

type Started = { kind: 'started'; run: Run; schedule: Schedule }
type Refused = { kind: 'refused'; reason: string } | { kind: 'exhausted'; attempt: number }
/** 'cancelled': done, and the active run was cancelled. */
export type Applied = 'done' | 'cancelled' | 'repeated' | 'gone'

/** What is needed of a schedule to claim its slot. */
export interface DueSchedule {
  id: string
  nextAt: number
  /** In force. */
  frequency: string
  pendingTrigger: '' | Cause
}

/** What there is to do in an environment: see read-work.lua. */
interface Work {
  due: DueSchedule[]
  /** Requests to publish: `<run>`, or `<run>.<throttles>` after it was throttled. */
  outbox: string[]
  expired: string[]
  full: boolean
  /** When a schedule, a lease or a request is due next. */
  nextAt: number
}

/** Schedules, runs and checkpoints in Redis: reads here, changes in ./scripts. The keys are named in prelude.lua. */
export class Store {
  readonly #redis: Redis
  readonly #prefix: string
  readonly #limits: { maxRuns: number; queueTimeoutMs: number }
  readonly now: Clock

  constructor(redis: Redis, prefix: string, limits: { maxRuns: number; queueTimeoutMs: number }, now: Clock) {
    this.#redis = redis
    this.#prefix = prefix
    this.#limits = limits
    this.now = now
  }

  environments(): Promise<string[]> {
    return this.#ask((redis) => redis.smembers(`${this.#prefix}:environments`))
  }

  async createSchedule(
    environment: string,
    schedule: NewSchedule,
  ): Promise<'created' | 'exists' | 'repeated' | 'cleaning'> {
    await this.#ask((redis) => redis.sadd(`${this.#prefix}:environments`, environment))
    return this.#change('createSchedule', environment, {
      ...schedule,
      models: JSON.stringify(schedule.models),
    })
  }

  removeSchedule(
    environment: string,
    id: string,
    options: { reason: string; models: string[] },
  ): Promise<'removed' | 'cancelled' | 'gone'> {
    const models = JSON.stringify(options.models)
    return this.#change('removeSchedule', environment, { id, reason: options.reason, models })
  }

  async setDeployed(
    environment: string,
    id: string,
    deployed: { default: string; models: string[]; nextAt: number },
  ): Promise<void> {
    await this.#change('setDeployed', environment, {
      id,
      ...deployed,
      models: JSON.stringify(deployed.models),
    })
  }

  claim(
    environment: string,
    id: string,
    slots: { slot: number; nextAt: number; missed: number },
  ): Promise<'run' | 'overlap' | 'full' | 'lost'> {
    return this.#change('claim', environment, { id, ...slots })
  }

  trigger(
    environment: string,
    id: string,
    command: string,
    options: { reset: boolean; emptyCache: boolean },
  ): Promise<Applied> {
    return this.#change('trigger', environment, { id, command, ...options })
  }

  start(environment: string, id: string, command: string, nextAt: number): Promise<Applied> {
    return this.#change('start', environment, { id, command, nextAt })
  }

  pause(environment: string, id: string, command: string): Promise<Applied> {
    return this.#change('pause', environment, { id, command })
  }

  setFrequency(
    environment: string,
    id: string,
    command: string,
    change: { frequency: string; nextAt: number },
  ): Promise<Applied> {
    return this.#change('setFrequency', environment, { id, command, ...change })
  }

  async startAttempt(
    environment: string,
    run: string,
    attempt: { throttles: number; runner: string; sandbox: string; leaseMs: number; maxAttempts: number },
  ): Promise<Started | Refused> {
    const answer = JSON.parse(await this.#change('startAttempt', environment, { run, ...attempt }))
    if (answer.kind !== 'started') return answer
    const schedule = scheduleFrom(answer.schedule.id, answer.schedule)
    return { kind: 'started', run: runFrom(run, answer.run), schedule }
  }

  /** Returns '' or why the attempt has to stop; so do the next two. */
  heartbeat(
    environment: string,
    run: string,
    beat: { attempt: number; counts: ModelCounts[]; leaseMs: number },
  ): Promise<string> {
    return this.#change('heartbeat', environment, { run, ...beat, counts: JSON.stringify(beat.counts) })
  }

  saveCheckpoint(environment: string, run: string, attempt: number, checkpoint: string): Promise<string> {
    return this.#change('saveCheckpoint', environment, { run, attempt, checkpoint })
  }

  settle(
    environment: string,
    run: string,
    end: Pick<Run, 'attempt' | 'error' | 'counts' | 'finishedAt' | 'lastLines'> & { outcome: Outcome },
  ): Promise<string> {
    const [counts, lastLines] = [JSON.stringify(end.counts), JSON.stringify(end.lastLines)]
    return this.#change('settle', environment, { run, ...end, counts, lastLines })
  }

  /** Returns 'queued', 'failed' when it was throttled for too long in all, or why the report was ignored. */
  throttle(
    environment: string,
    run: string,
    report: Pick<Run, 'attempt' | 'counts' | 'lastLines'> & {
      reason: string
      resumeAt: number
      hasBegun: boolean
      maxThrottledMs: number
      resumesPerSecond: number
    },
  ): Promise<string> {
    const [counts, lastLines] = [JSON.stringify(report.counts), JSON.stringify(report.lastLines)]
    return this.#change('throttle', environment, { run, ...report, counts, lastLines })
  }

  setBlocked(
    environment: string,
    id: string,
    change: { blocked: string; resumeAt: number; missed: number },
  ): Promise<'done' | 'unchanged' | 'gone'> {
    return this.#change('setBlocked', environment, { id, ...change })
  }

  async schedule(environment: string, id: string): Promise<Schedule | undefined> {
    const fields = await this.#ask((redis) => redis.hgetall(this.#key(environment, `schedule:${id}`)))
    return fields.state === undefined ? undefined : scheduleFrom(id, fields)
  }

  /** All of a connection: every sync, every variant. */
  async schedulesOf(environment: string, uid: string): Promise<Schedule[]> {
    const ids = await this.#ask((redis) => redis.smembers(this.#key(environment, `connection:${uid}`)))
    return this.#schedules(environment, ids)
  }

  /** Connections that have schedules. */
  connections(environment: string): Promise<string[]> {
    return this.#ask((redis) => redis.smembers(this.#key(environment, 'connections')))
  }

  async readWork(environment: string, limit: number): Promise<Work> {
    const [due, outbox, expired, full, nextAt] = await this.#run<
      [string[][], string[], string[], number, string]
    >('readWork', environment, { limit })
    return {
      due: due.map(([id = '', slot, byDefault, override, pendingTrigger]) => ({
        id,
        nextAt: Number(slot),
        frequency: override || byDefault || '',
        pendingTrigger: (pendingTrigger ?? '') as DueSchedule['pendingTrigger'], // what our scripts wrote
      })),
      outbox,
      expired,
      full: full === 1,
      nextAt: nextAt === '' ? Number.POSITIVE_INFINITY : Number(nextAt),
    }
  }

  async run(environment: string, id: string): Promise<Run | undefined> {
    const fields = await this.#ask((redis) => redis.hgetall(this.#key(environment, `run:${id}`)))
    return fields.state === undefined ? undefined : runFrom(id, fields)
  }

  /** Newest first. */
  async runs(environment: string, scheduleId: string, limit: number): Promise<Run[]> {
    const key = this.#key(environment, `runs:${scheduleId}`)
    const ids = await this.#ask((redis) => redis.lrange(key, 0, limit - 1))
    const runs = await Promise.all(ids.map((id) => this.run(environment, id)))
    return runs.filter((run) => run !== undefined)
  }

  /** Requests that have yet to be published, and may be; oldest first. */
  outbox(environment: string, limit: number): Promise<string[]> {
    const key = this.#key(environment, 'outbox')
    return this.#ask((redis) => redis.zrangebyscore(key, '-inf', this.now(), 'LIMIT', 0, limit))
  }

  async markRequested(environment: string, requests: string[]): Promise<void> {
    await this.#ask((redis) => redis.zrem(this.#key(environment, 'outbox'), ...requests))
  }

  async cleaning(environment: string, id: string): Promise<Cleaning | undefined> {
    const text = await this.#ask((redis) => redis.hget(this.#key(environment, 'cleaning'), id))
    if (text === null) return undefined
    const entry = JSON.parse(text)
    return { ...entry, id, models: JSON.parse(entry.models) }
  }

  cleanings(environment: string): Promise<string[]> {
    return this.#ask((redis) => redis.hkeys(this.#key(environment, 'cleaning')))
  }

  /** Whether the caller got the lock: it cleans, and no other instance does for now. */
  async lockCleaning(environment: string, id: string, lockMs: number): Promise<boolean> {
    const key = this.#key(environment, `cleaning:${id}`)
    return (await this.#ask((redis) => redis.set(key, '1', 'PX', lockMs, 'NX'))) === 'OK'
  }

  async cleaned(environment: string, id: string): Promise<void> {
    await this.#ask((redis) => redis.hdel(this.#key(environment, 'cleaning'), id))
  }

  async ping(): Promise<void> {
    await this.#ask((redis) => redis.ping())
  }

  async #schedules(environment: string, ids: string[]): Promise<Schedule[]> {
    const schedules = await Promise.all(ids.map((id) => this.schedule(environment, id)))
    return schedules.filter((schedule) => schedule !== undefined)
  }

  /** The braces make all keys of an environment one hash slot. */
  #key(environment: string, name: string): string {
    return `${this.#prefix}:{${environment}}:${name}`
  }

  #change<Result extends string>(
    name: keyof typeof scripts,
    environment: string,
    args: Record<string, unknown>,
  ): Promise<Result> {
    return this.#run(name, environment, args)
  }

  /** `Result` is what the script's header says that it returns. */
  #run<Result>(
    name: keyof typeof scripts,
    environment: string,
    args: Record<string, unknown>,
  ): Promise<Result> {
    const all = JSON.stringify({ ...args, ...this.#limits, now: this.now() })
    return this.#ask((redis) => scripts[name](redis, [this.#key(environment, '')], [all]) as Promise<Result>)
  }

  #ask<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
    return redisCall(work(this.#redis))
  }
}
