import type { Reason } from '../schedules/freshness.ts'
import { type Lane, type Outcome, type Run, runFrom, unpackRun } from '../schedules/run.ts'
import { type FactsReply, record, type Shared, sharedFrom, type View, viewsFrom } from './facts.ts'
import { readVariants, type Variants } from './read-variants.ts'
import { load, type State } from './state.ts'

const scripts = {
  listSchedules: load('list-schedules', 'facts'),
  followChanges: load('follow-changes', 'facts'),
  sweepStale: load('sweep-stale', 'stale', 'facts'),
  markStale: load('mark-stale', 'stale'),
  countStale: load('count-stale'),
  listRuns: load('list-runs'),
  getRun: load('get-run'),
  capacity: load('capacity'),
}

/** A schedule that was found stale. */
export interface Found {
  id: string
  /** As it was read: if it changes meanwhile, what was found does not hold. */
  freshAt: number
  reason: Reason
  since: number
  staleSince: number
  message: string
}

export interface SkippedSlots {
  first: number
  last: number
  count: number
  reason: Reason
}

export interface Limit {
  name: string
  /** 0 = none. */
  max: number
  running: number
  waiting: number
  weight: number
}

export interface Capacity {
  environment: Limit
  integrations: Limit[]
  syncs: Limit[]
  runners: {
    id: string
    sandbox: string
    slots: number
    reservedSlots: number
    busy: number
    seenAt: number
  }[]
  /** Runs that wait. */
  lanes: Record<Lane, number>
}

/** Where a list of runs goes on: see ../scripts/list-runs.lua. */
export interface RunsPosition {
  active: string
  ended: string
}

export interface RunsFilter {
  integration: string
  sync: string
  /** Ids. */
  schedules?: string[]
  states?: Run['state'][]
  outcomes?: Outcome[]
  /** 0 = any. */
  from?: number
  to?: number
  /** The same of runs that ended, and of no others. */
  ended_from?: number
  ended_to?: number
}

export interface ListedRun {
  run: Run
  integration: string
  connection: string
  sync: string
  variant: string
}

/** `definitions`: numbers of those that are to be told of. `after`: '' = of no earlier call. */
export interface FollowChanges {
  after: string
  limit: number
  definitions: string[]
  keptMs: number
}

/** Of the schedules `ids`, those that exist are in `views`. */
export interface Changes {
  last: string
  behind: boolean
  more: boolean
  jumps: number
  ids: string[]
  views: Map<string, View>
  shared: Shared
}

type RunRow =
  | [id: string, names: Names, flat: string[]]
  | [id: string, names: Names, packed: string, outcome: string, finishedAt: string]
type Names = [integration: string, connection: string, sync: string, variant: string]
type LimitRow = [name: string, max: number, running: number, waiting: number, weight: number]
type LanesRow = [triggered: number, first: number, fresh: number]
type RunnerRow = [id: string, sandbox: string, slots: number, reserved: number, busy: number, seenAt: string]

/** What is shown of schedules and runs, and the marks of stale ones. */
export class Views {
  readonly #state: State

  constructor(state: State) {
    this.#state = state
  }

  now(): number {
    return this.#state.now()
  }

  /** By id; those that do not exist are not among them. */
  async schedules(ids: string[]): Promise<Map<string, View>> {
    if (ids.length === 0) return new Map()
    return viewsFrom(await this.#state.run<FactsReply>(scripts.listSchedules, { ids }))
  }

  /** The same, with what they have in common. */
  async schedulesWithShared(ids: string[]): Promise<{ views: Map<string, View>; shared: Shared }> {
    return withShared(await this.#state.run<FactsReply>(scripts.listSchedules, { ids }))
  }

  /** What has changed in an environment since an earlier call gave `last`: see ../scripts/follow-changes.lua. */
  async changes(environment: string, asked: FollowChanges): Promise<Changes> {
    const [last, behind, more, jumps, facts] = await this.#state.run<
      [string, number, number, number, FactsReply]
    >(scripts.followChanges, { environment, ...asked })
    const [rows] = facts
    const ids = rows.map(([id]) => id)
    return { last, behind: behind === 1, more: more === 1, jumps, ids, ...withShared(facts) }
  }

  variants(environment: string, uids: string[]): Promise<Map<string, Variants>> {
    return readVariants(this.#state, environment, uids)
  }

  /** Schedules that may have become stale, or are so for some time: at most `limit`. */
  async sweep(limit: number, times: { againMs: number; downMs: number }): Promise<View[]> {
    const reply = await this.#state.run<FactsReply>(scripts.sweepStale, { limit, ...times })
    return [...viewsFrom(reply).values()]
  }

  async markStale(schedules: Found[]): Promise<number> {
    return schedules.length === 0 ? 0 : this.#state.run<number>(scripts.markStale, { schedules })
  }

  async countStale(reasons: Reason[]) {
    const [schedules, rows] = await this.#state.run<[number, [number, number][]]>(scripts.countStale, {
      reasons,
    })
    const stale = rows.map(([count, since], index) => ({ reason: reasons[index] as Reason, count, since }))
    return { schedules, stale }
  }

  async skippedSlots(id: string): Promise<SkippedSlots[]> {
    const texts = await this.#state.ask((redis) => redis.lrange(this.#state.key(`k:${id}`), 0, -1))
    return texts.map((text) => {
      const [first, last, count, reason] = JSON.parse(text) // what skip in prelude.lua wrote
      return { first, last, count, reason }
    })
  }

  /** Runs of a schedule, newest first: the one that has not ended, and those that are kept. */
  async runsOf(id: string): Promise<Run[]> {
    const [views, texts] = await Promise.all([
      this.schedules([id]),
      this.#state.ask((redis) => redis.lrange(this.#state.key(`h:${id}`), 0, -1)),
    ])
    const { run } = views.get(id) ?? {}
    return [...(run ? [run] : []), ...texts.map((text) => unpackRun(id, text))]
  }

  /** Runs of a schedule that ended before may be dropped; 0 = none was. */
  keptFrom(runsOfSchedule: Run[]): number {
    const ended = runsOfSchedule.filter(({ state }) => state === 'ENDED')
    return ended.length < this.#state.limits.historyRuns ? 0 : (ended.at(-1)?.finishedAt ?? 0) + 1
  }

  /** A page of the runs of an environment. Looks at `looks` runs at most. */
  async runs(
    environment: string,
    filter: RunsFilter,
    { active, ended }: RunsPosition,
    { limit, looks }: { limit: number; looks: number },
  ): Promise<{ runs: ListedRun[]; next: RunsPosition | undefined; keptFrom: number }> {
    const { states, outcomes, ...names } = filter
    const [rows, nextActive, nextEnded, keptFrom] = await this.#state.run<[RunRow[], string, string, string]>(
      scripts.listRuns,
      {
        ...{ environment, limit, looks, active, ended, ...names },
        ...(states && { states: setOf(states) }),
        ...(outcomes && { outcomes: setOf(outcomes) }),
      },
    )
    const isLast = nextActive === '-' && nextEnded === '-'
    return {
      runs: rows.map(listedRun),
      next: isLast ? undefined : { active: nextActive, ended: nextEnded },
      keptFrom: Number(keptFrom),
    }
  }

  /** One run; undefined if the environment has no such run, or it is not kept any more. */
  async run(environment: string, run: string): Promise<ListedRun | undefined> {
    const row = await this.#state.run<RunRow | []>(scripts.getRun, { environment, run })
    return row.length === 0 ? undefined : listedRun(row)
  }

  async capacity(environment: string, names: { integrations: string[]; syncs: string[] }): Promise<Capacity> {
    const [own, integrations, syncs, runners, [triggered, first, fresh]] = await this.#state.run<
      [LimitRow, LimitRow[], LimitRow[], RunnerRow[], LanesRow]
    >(scripts.capacity, { environment, ...names })
    return {
      environment: limitFrom(own),
      integrations: integrations.map(limitFrom),
      syncs: syncs.map(limitFrom),
      runners: runners.map(([id, sandbox, slots, reservedSlots, busy, seenAt]) => ({
        ...{ id, sandbox, slots, reservedSlots, busy },
        seenAt: Number(seenAt),
      })),
      lanes: { triggered, first, fresh },
    }
  }
}

function withShared(reply: FactsReply): { views: Map<string, View>; shared: Shared } {
  const shared = sharedFrom(reply)
  return { views: viewsFrom(reply, shared), shared }
}

function limitFrom([name, max, running, waiting, weight]: LimitRow): Limit {
  return { name, max, running, waiting, weight }
}

function listedRun([
  id,
  [integration, connection, sync, variant],
  what,
  outcome,
  finishedAt,
]: RunRow): ListedRun {
  const names = { integration, connection, sync, variant }
  if (typeof what !== 'string') return { run: runFrom(id, record(what)), ...names }
  const schedule = id.slice(0, id.lastIndexOf('-'))
  if (what !== '') return { run: unpackRun(schedule, what), ...names }
  // Its schedule has had so many runs since that it is not kept.
  const number = id.slice(schedule.length + 1)
  const packed = JSON.stringify([Number(number), '', 'schedule', Number(finishedAt), 0, outcome])
  return { run: unpackRun(schedule, packed), ...names }
}

function setOf(words: string[]): Record<string, true> {
  return Object.fromEntries(words.map((word) => [word, true]))
}
