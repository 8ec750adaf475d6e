import type { ModelCounts } from '@syncline/proto'
import {
  countsText,
  type HandBack,
  type Lane,
  type Outcome,
  type Run,
  runFrom,
  unpackRun,
} from '../schedules/run.ts'
import { Batch } from './batch.ts'
import { load, type State } from './state.ts'

/** Reports that one script takes: about 5 ms, in which Redis does nothing else. */
const ENDS_MAX = 100

const scripts = {
  claimDue: load('claim-due'),
  takeRuns: load('take-runs'),
  heartbeat: load('heartbeat'),
  saveCheckpoint: load('save-checkpoint'),
  endAttempts: load('end-attempts'),
  expire: load('expire'),
  shiftClock: load('shift-clock'),
}

export interface RunnerFacts {
  /** `host/pid/random` */
  id: string
  sandbox: string
  slots: number
  reservedSlots: number
}

/** A schedule of cron that is due. */
export interface DueCron {
  id: string
  environment: string
  slot: number
  frequency: string
  jitterMs: number
}

/** Its slots, or why they can't be computed: then it is looked at again at `nextAt`. */
export type CronSlot = { id: string; environment: string; nextAt: number } & (
  | { slot: number; missed: number }
  | { aside: string }
)

export interface Claims {
  claimed: number
  /** How late each slot was, in ms. */
  lags: number[]
  /** Slots that became no run, by their reason. */
  skipped: Record<string, number>
  cron: DueCron[]
  /** Schedules that can't be claimed. */
  aside: { id: string; environment: string; why: string }[]
  /** There is more to do at once. */
  more: boolean
  /** There are leases that ran out. */
  expired: boolean
  /** Runs became ready. */
  wake: boolean
  stops: RunStop[]
  /** Of the clock. If the caller knew of fewer, nothing was claimed. */
  jumps: number
  /** Until something is due; a quarter of a second at most. */
  restMs: number
}

/** An attempt that its runner has to stop. */
export interface RunStop {
  runner: string
  run: string
  attempt: number
  reason: string
}

/** What a script returns of it. */
export type StopRow = [runner: string, run: string, attempt: number, reason: string]

/** An attempt that a runner has been given. */
export interface Taken {
  environment: string
  run: string
  integration: string
  connection: string
  uid: string
  sync: string
  variant: string
  attempt: number
  lastSyncAt: number
  emptyCache: boolean
  startedAt: number
  foundCheckpoint: boolean
  checkpoint: string
  reserved: boolean
  queuedAt: number
  takenAt: number
  lane: Lane
}

export interface Beat {
  run: string
  attempt: number
  counts: ModelCounts[]
  parked: string
}

export interface AttemptEnd {
  attempt: number
  outcome: Outcome | 'THROTTLED' | 'HANDED_BACK'
  error: string
  counts: ModelCounts[]
  lastLines: string[]
  heldBack: boolean
  /** Of an attempt that was throttled or handed back: it has told the record store that it begins. */
  hasBegun: boolean
  resumeAt: number
  maxThrottledMs: number
  handBack: HandBack
  /** Of the sync; '' = not known. */
  version: string
}

/** `ignored`: why the report had no effect; '' = it had. `fault`: of ours. */
export type Ended =
  | { fault: string }
  | { ignored: string }
  | {
      ignored: ''
      /** Of the run; '' = it goes on, at `until` or at once. */
      outcome: '' | Outcome
      error: string
      until: number
      wake: boolean
      environment: string
      integration: string
      sync: string
    }

export interface Judged {
  run: string
  environment: string
  reason: string
}

/** The life of runs in Redis: reads here, changes in ../scripts. */
export class RunStore {
  readonly #state: State
  readonly #ends: Batch<AttemptEnd & { run: string }, Ended>

  constructor(state: State) {
    this.#state = state
    this.#ends = new Batch((reports) => this.#endAttempts(reports), ENDS_MAX)
  }

  now(): number {
    return this.#state.now()
  }

  /**
   * Claims what is due of at most `limit` schedules. `slots` answers what the call before has returned as `cron`; `jumps`: of the
   * clock, that the caller knows of.
   */
  async claimDue(limit: number, jumps: number, slots: CronSlot[] = []): Promise<Claims> {
    const found = await this.#ask(scripts.claimDue, { limit, jumps, slots })
    return {
      claimed: found.claimed,
      lags: list(found.lags),
      skipped: found.skipped ?? {},
      cron: list<[string, string, number, string, number]>(found.cron).map(
        ([id, environment, slot, frequency, jitterMs]) => ({ id, environment, slot, frequency, jitterMs }),
      ),
      aside: list<[string, string, string]>(found.aside).map(([id, environment, why]) => ({
        id,
        environment,
        why,
      })),
      more: found.more === 1,
      expired: found.expired === 1,
      wake: found.wake === 1,
      stops: stopsFrom(found.stops),
      jumps: found.jumps,
      restMs: found.rest_ms ?? 0,
    }
  }

  async takeRuns(runner: RunnerFacts, freeSlots: number, freeReservedSlots: number): Promise<Taken[]> {
    return this.#ask(scripts.takeRuns, { runner, freeSlots, freeReservedSlots })
  }

  async heartbeat(runner: RunnerFacts, beats: Beat[]) {
    const compact = beats.map((beat) => ({ ...beat, counts: countsText(beat.counts) }))
    const { stops, again, wake } = await this.#ask(scripts.heartbeat, { runner, beats: compact })
    return {
      stops: list<[string, number, string]>(stops).map(([runId, attempt, reason]) => ({
        runId,
        attempt,
        reason,
      })),
      /** Runs that this runner was given and does not know. */
      again: list<string>(again),
      wake: wake === 1,
    }
  }

  /** Returns '' or why the attempt may not save. */
  saveCheckpoint(run: string, attempt: number, checkpoint: string): Promise<string> {
    return this.#state.run(scripts.saveCheckpoint, { run, attempt, checkpoint })
  }

  endAttempt(run: string, end: AttemptEnd): Promise<Ended> {
    return this.#ends.add({ ...end, run })
  }

  /** Judges at most `limit` runs whose lease ran out. `jumps`: of the clock, that the caller knows of. */
  async expire(limit: number, jumps: number) {
    const found = await this.#ask(scripts.expire, { limit, jumps })
    const judged = (rows: unknown): Judged[] =>
      list<[string, string, string]>(rows).map(([run, environment, reason]) => ({ run, environment, reason }))
    return {
      lost: judged(found.lost),
      again: judged(found.again),
      more: found.more === 1,
      wake: found.wake === 1,
      /** How many there were: if the caller knew of fewer, nobody was judged. */
      jumps: found.jumps as number,
    }
  }

  jumps(): Promise<number> {
    return this.#state.ask(async (redis) => Number(await redis.get(this.#state.key('jumps'))))
  }

  /** When a scheduler looked for slots last; 0 = never. */
  workedAt(): Promise<number> {
    return this.#state.ask(async (redis) => Number(await redis.get(this.#state.key('ticked'))))
  }

  /** After the clock of Redis has jumped. Returns how many jumps there were with this one. */
  shiftClock(byMs: number, jumps: number): Promise<number> {
    // By its own time, which is another one until this is done.
    return this.#state.run(scripts.shiftClock, { by: byMs, jumps, isRedisTime: false })
  }

  /** One that has not ended. */
  async active(id: string): Promise<Run | undefined> {
    const fields = await this.#state.ask((redis) => redis.hgetall(this.#state.key(`r:${id}`)))
    return fields.state === undefined ? undefined : runFrom(id, fields)
  }

  /** Those that ended, newest first. */
  async ended(schedule: string, limit: number): Promise<Run[]> {
    const key = this.#state.key(`h:${schedule}`)
    const texts = await this.#state.ask((redis) => redis.lrange(key, 0, limit - 1))
    return texts.map((text) => unpackRun(schedule, text))
  }

  async ping(): Promise<void> {
    await this.#state.ask((redis) => redis.ping())
  }

  async #endAttempts(ends: (AttemptEnd & { run: string })[]): Promise<Ended[]> {
    const reports = ends.map((end) => ({
      ...end,
      counts: countsText(end.counts),
      lastLines: JSON.stringify(end.lastLines),
    }))
    const answers = await this.#ask(scripts.endAttempts, { reports })
    for (const answer of answers) {
      answer.until = answer.until_ms ?? 0
      answer.wake = answer.wake === 1
    }
    return answers
  }

  // biome-ignore lint/suspicious/noExplicitAny: what the header of the script says
  async #ask(script: (typeof scripts)[keyof typeof scripts], args: Record<string, unknown>): Promise<any> {
    return JSON.parse(await this.#state.run<string>(script, args))
  }
}

export function stopsFrom(rows: unknown): RunStop[] {
  return list<StopRow>(rows).map(([runner, run, attempt, reason]) => ({ runner, run, attempt, reason }))
}

/** Lua writes an empty list as an empty object. */
function list<T>(value: unknown): T[] {
  return Array.isArray(value) ? value : []
}
