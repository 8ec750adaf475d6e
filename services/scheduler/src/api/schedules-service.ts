import type { Catalog } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import type {
  ListRunsRequest,
  RunOutcome,
  RunState,
  SchedulesServiceImplementation,
  SyncName,
} from '@syncline/proto'
import type { Fleets } from '../fleet/fleets.ts'
import { countSchedules, searchSchedules } from '../fleet/search-schedules.ts'
import { reasonOnWire, runMessage, scheduleMessage } from '../listing/messages.ts'
import { schedulesPage } from '../listing/schedules-page.ts'
import type { Outcome, Run } from '../schedules/run.ts'
import { isRunId, unknownRun } from '../schedules/run-id.ts'
import { BASE, scheduleId } from '../schedules/schedule.ts'
import type { Views } from '../store/views.ts'
import { readCapacity } from './capacity.ts'
import { runsCursor } from './runs-cursor.ts'

const RUNS_MAX = 100
/** Runs that one page of an environment looks at. */
const LOOKS = 2000

type Deps = { views: Views; fleets: Fleets; catalog: Catalog }

/** What the gateway shows of schedules and runs. */
export function schedulesService(deps: Deps): SchedulesServiceImplementation {
  const { views, catalog } = deps
  return {
    async listSchedules(request) {
      const { environment, providerConfigKey: integration, connectionId, syncs } = request
      // A question about nothing asks whether we are there.
      if (environment === '') return {}
      if (connectionId !== '') await catalog.connections.get(environment, integration, connectionId)
      if (integration !== '')
        await Promise.all(syncs.map(({ name }) => catalog.syncs.find(environment, integration, name)))
      const { found, nextCursor } = await schedulesPage(deps, request)
      return { schedules: found.map(scheduleMessage), nextCursor }
    },

    searchSchedules: (request) => searchSchedules(deps, request),
    countSchedules: (request) => countSchedules(deps, request),

    async listRuns(request) {
      const { connectionId, sync } = request
      const limit = Math.min(request.limit || RUNS_MAX, RUNS_MAX)
      if (connectionId === '' || sync === undefined) return runsOfEnvironment(deps, request, limit)
      const id = await idOf(deps, request, sync)
      const before = numberFrom(request.cursor)
      const states = runStatesFromWire(request.states)
      const outcomes = outcomesFromWire(request.outcomes)
      const all = await views.runsOf(id)
      const asked = all.filter(
        (run) =>
          run.number < before &&
          isInTime(run, request) &&
          (states === undefined || states.includes(run.state)) &&
          (outcomes === undefined || (run.outcome !== '' && outcomes.includes(run.outcome))),
      )
      const runs = asked.slice(0, limit)
      const names = { integration: request.providerConfigKey, connection: connectionId, sync: sync.name }
      return {
        runs: runs.map((run) => runMessage(run, { ...names, variant: sync.variant })),
        nextCursor: asked.length > limit ? String(runs.at(-1)?.number) : '',
        keptFromMs: views.keptFrom(all),
      }
    },

    async getRun({ environment, runId }) {
      const found = isRunId(runId) ? await views.run(environment, runId) : undefined
      if (found === undefined) throw unknownRun(runId)
      const { run, ...names } = found
      return runMessage(run, names)
    },

    async listSkippedSlots(request) {
      if (request.sync === undefined) throw new AppError('invalid_body', 'the request names no sync')
      const skipped = await views.skippedSlots(await idOf(deps, request, request.sync))
      return {
        skipped: skipped.map(({ first, last, count, reason }) => ({
          ...{ firstMs: first, lastMs: last, count },
          reason: reasonOnWire(reason),
        })),
      }
    },

    getCapacity: ({ environment }) => readCapacity(deps, environment),
  }
}

type Place = { environment: string; providerConfigKey: string; connectionId: string }

async function idOf({ catalog }: Deps, place: Place, { name, variant }: SyncName): Promise<string> {
  const { environment, providerConfigKey, connectionId } = place
  const { uid } = await catalog.connections.get(environment, providerConfigKey, connectionId)
  return scheduleId(environment, uid, name, variant)
}

async function runsOfEnvironment(deps: Deps, request: ListRunsRequest, limit: number) {
  const { environment, providerConfigKey: integration, connectionId, sync, cursor } = request
  const states = runStatesFromWire(request.states)
  const outcomes = outcomesFromWire(request.outcomes)
  const filter = {
    integration,
    sync: sync?.name ?? '',
    ...{ from: request.fromMs, to: request.toMs },
    ...{ ended_from: request.endedFromMs, ended_to: request.endedToMs },
    ...(connectionId !== '' && { schedules: await idsOf(deps, request) }),
    ...(states && { states }),
    ...(outcomes && { outcomes }),
  }
  const position = cursor === '' ? runsCursor.first : runsCursor.decode(cursor)
  const { runs, next, keptFrom } = await deps.views.runs(environment, filter, position, {
    limit,
    looks: LOOKS,
  })
  const asked = sync === undefined ? runs : runs.filter(({ variant }) => variant === sync.variant)
  return {
    runs: asked.map(({ run, ...names }) => runMessage(run, names)),
    nextCursor: next ? runsCursor.encode(next) : '',
    keptFromMs: keptFrom,
  }
}

/** By the end of the run; before it has ended, by when it was requested. */
function isInTime(
  { state, finishedAt, requestedAt }: Run,
  { fromMs, toMs, endedFromMs, endedToMs }: Times,
): boolean {
  const isWithin = (time: number, from: number, to: number) => time >= from && (to === 0 || time < to)
  if (state !== 'ENDED') return isWithin(requestedAt, fromMs, toMs)
  return isWithin(finishedAt, fromMs, toMs) && isWithin(finishedAt, endedFromMs, endedToMs)
}

type Times = Pick<ListRunsRequest, 'fromMs' | 'toMs' | 'endedFromMs' | 'endedToMs'>

/** All schedules of a connection. */
async function idsOf({ views, catalog }: Deps, place: Place): Promise<string[]> {
  const { environment, providerConfigKey, connectionId } = place
  const { uid } = await catalog.connections.get(environment, providerConfigKey, connectionId)
  const variants = (await views.variants(environment, [uid])).get(uid) ?? {}
  return catalog.syncs
    .list(environment, providerConfigKey)
    .flatMap(({ name }) =>
      [BASE, ...(variants[name] ?? [])].map((variant) => scheduleId(environment, uid, name, variant)),
    )
}

/** The cursor of a list of one schedule is the number of its last run. */
function numberFrom(cursor: string): number {
  if (cursor === '') return Number.POSITIVE_INFINITY
  if (/^\d{1,16}$/.test(cursor)) return Number(cursor)
  throw new AppError('invalid_cursor', `cursor '${cursor}' is none of a list of runs`)
}

/** Undefined = all. */
function runStatesFromWire(states: RunState[]): Run['state'][] | undefined {
  if (states.length === 0) return undefined
  return states.map((state) => state.slice('RUN_STATE_'.length) as Run['state'])
}

function outcomesFromWire(outcomes: RunOutcome[]): Outcome[] | undefined {
  if (outcomes.length === 0) return undefined
  return outcomes.map((outcome) => outcome.slice('RUN_OUTCOME_'.length) as Outcome)
}
