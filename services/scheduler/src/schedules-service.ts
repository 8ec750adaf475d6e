import type { Catalog } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import { formatFrequency } from '@syncline/frequency'
import type { Run as RunMessage, SchedulesServiceImplementation, SyncName } from '@syncline/proto'
import { outcomeOnWire, type Run } from './run.ts'
import { type Blocked, frequencyInForce, isNamed, type Schedule, scheduleId } from './schedule.ts'
import type { Store } from './store.ts'

const BATCH = 50
const RUNS_MAX = 50

/** What the gateway shows of schedules and runs. */
export function schedulesService({
  store,
  catalog,
}: {
  store: Store
  catalog: Catalog
}): SchedulesServiceImplementation {
  return {
    async listSchedules({ environment, providerConfigKey, connectionId, syncs }) {
      const connections =
        connectionId === ''
          ? catalog.connections.list(environment, providerConfigKey)
          : [await catalog.connections.get(environment, providerConfigKey, connectionId)]
      const schedules = []
      for (let i = 0; i < connections.length; i += BATCH) {
        const batch = connections.slice(i, i + BATCH).map(({ uid }) => ofConnection(environment, uid, syncs))
        schedules.push(...(await Promise.all(batch)).flat())
      }
      return { schedules }
    },

    async listRuns({ environment, providerConfigKey, connectionId, sync, limit }) {
      if (sync === undefined) throw new AppError('invalid_body', 'the request names no sync')
      const { uid } = await catalog.connections.get(environment, providerConfigKey, connectionId)
      const id = scheduleId(environment, uid, sync.name, sync.variant)
      const runs = await store.runs(environment, id, Math.min(limit || RUNS_MAX, RUNS_MAX))
      return { runs: runs.map(runMessage) }
    },
  }

  async function ofConnection(environment: string, uid: string, syncs: SyncName[]) {
    const schedules = (await store.schedulesOf(environment, uid))
      .filter((schedule) => syncs.length === 0 || syncs.some((name) => isNamed(schedule, name)))
      .sort((a, b) => a.sync.localeCompare(b.sync) || a.variant.localeCompare(b.variant))
    return Promise.all(
      schedules.map(async (schedule) => message(schedule, await newestRun(environment, schedule))),
    )
  }

  async function newestRun(environment: string, schedule: Schedule): Promise<RunMessage | undefined> {
    if (schedule.pendingTrigger !== '' && schedule.active === '') return pendingRun(schedule.pendingTrigger)
    const run = await store.run(environment, schedule.lastRun)
    return run && runMessage(run)
  }
}

function message(schedule: Schedule, lastRun: RunMessage | undefined) {
  return {
    id: schedule.id,
    providerConfigKey: schedule.integration,
    connectionId: schedule.connection,
    connectionUid: schedule.uid,
    sync: schedule.sync,
    variant: schedule.variant,
    state: `SCHEDULE_STATE_${schedule.state}` as const,
    frequency: formatFrequency(frequencyInForce(schedule)),
    nextAtMs: schedule.state === 'STARTED' && schedule.blocked === '' ? schedule.nextAt : 0,
    checkpoint: schedule.checkpoint,
    lastRun,
    skippedSlots: schedule.skipped,
    blocked: schedule.blocked === '' ? undefined : (JSON.parse(schedule.blocked) as Blocked), // what reconcile wrote
  }
}

function runMessage(run: Run): RunMessage {
  return {
    id: run.id,
    state: `RUN_STATE_${run.state}`,
    attempt: run.attempt,
    cause: run.cause,
    requestedAtMs: run.requestedAt,
    startedAtMs: run.startedAt,
    finishedAtMs: run.finishedAt,
    outcome: run.outcome === '' ? 'RUN_OUTCOME_UNSPECIFIED' : outcomeOnWire(run.outcome),
    error: run.error,
    counts: run.counts,
    runner: run.runner,
    sandbox: run.sandbox,
    lastLines: run.lastLines,
    throttled: throttledOf(run),
  }
}

function throttledOf({ throttles, throttledReason: reason, notBefore, state }: Run) {
  if (throttles === 0) return undefined
  return { times: throttles, untilMs: state === 'QUEUED' ? notBefore : 0, reason }
}

/** A run that was asked for while the environment is full has no number yet. */
function pendingRun(cause: string): RunMessage {
  return {
    id: '',
    state: 'RUN_STATE_QUEUED',
    attempt: 0,
    cause,
    requestedAtMs: 0,
    startedAtMs: 0,
    finishedAtMs: 0,
    outcome: 'RUN_OUTCOME_UNSPECIFIED',
    error: '',
    counts: [],
    runner: '',
    sandbox: '',
    lastLines: [],
  }
}
