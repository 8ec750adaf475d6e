import { AppError } from '@syncline/errors'
import { formatFrequency, parseFrequency, readFrequency } from '@syncline/frequency'
import type {
  CancelRuns,
  Command,
  CommandDone,
  SetFrequency,
  StartSyncs,
  TriggerSyncs,
} from '@syncline/proto'
import { scheduleOf } from '../schedules/run.ts'
import { isRunId, unknownRun } from '../schedules/run-id.ts'
import { BASE, scheduleId } from '../schedules/schedule.ts'
import { DONE } from '../store/command-results.ts'
import type { AskedRunRow } from '../store/schedule-store.ts'
import { actOnSchedules } from './act-on-schedules.ts'
import { askedRuns, RUNS_MAX } from './asked-runs.ts'
import { frequencyChange } from './frequency-change.ts'
import { removeEnvironment } from './remove-environment.ts'
import { setCheckpoint } from './set-checkpoint.ts'
import { startSome } from './start-some.ts'
import { applyToTargets, ensureMade, unknownSync } from './targets.ts'
import { type CommandDeps, createVariant, deleteVariant } from './variants.ts'

/**
 * Applies a command; `again` when it was delivered before: each script skips what the command has done already. Returns undefined
 * if a sweep has to finish it later.
 */
export async function applyCommand(
  deps: CommandDeps,
  { environment, id, action }: Command,
  again: boolean,
): Promise<CommandDone | undefined> {
  switch (action?.$case) {
    case 'trigger':
      return trigger(deps, environment, id, action.value)
    case 'start':
      return start(deps, environment, id, action.value)
    case 'pause':
      await applyToTargets(deps, environment, action.value.target, async (ids) => {
        return (await deps.schedules.pause(ids, id)).missing
      })
      return done()
    case 'cancel':
      return cancel(deps, environment, id, action.value)
    case 'cancelRun':
      return cancelRun(deps, environment, id, action.value.runId)
    case 'setFrequency':
      return setFrequency(deps, environment, id, action.value)
    case 'createVariant':
      return done({ scheduleId: await createVariant(deps, environment, id, action.value) })
    case 'deleteVariant':
      return (await deleteVariant(deps, environment, action.value, again)) ? done() : undefined
    case 'actOnSchedules':
      return done({ refusals: await actOnSchedules(deps, environment, id, action.value) })
    case 'setCheckpoint':
      await setCheckpoint(deps, environment, id, action.value)
      return done()
    case 'removeEnvironment':
      await removeEnvironment(deps, environment, action.value.createdAt)
      return done()
    default:
      throw new AppError('invalid_body', `command '${id}' has no action that this scheduler knows`)
  }
}

async function trigger(
  deps: CommandDeps,
  environment: string,
  command: string,
  { target, reset, emptyCache, withRuns }: TriggerSyncs,
): Promise<CommandDone> {
  const runs: AskedRunRow[] = []
  await applyToTargets(deps, environment, target, async (ids) => {
    const part = { id: command, ids, reset, emptyCache, withRuns, isPart: true }
    const { answers, missing, stops } = await deps.schedules.trigger(environment, [part])
    deps.notices.stop(stops)
    // Its result is kept when all of it is done, and was not there before.
    if (Array.isArray(answers[0])) addSome(runs, answers[0])
    return missing
  })
  return done(askedRuns(runs))
}

/** Of many runs only the first are in the answer, which says that there are more. */
function addSome(runs: AskedRunRow[], more: AskedRunRow[]): void {
  if (runs.length <= RUNS_MAX) runs.push(...more)
}

async function start(
  { schedules, ...deps }: CommandDeps,
  environment: string,
  command: string,
  { target, withRuns }: StartSyncs,
): Promise<CommandDone> {
  const runs: AskedRunRow[] = []
  await applyToTargets({ schedules, ...deps }, environment, target, async (ids) => {
    const started = await startSome(schedules, ids, command)
    addSome(runs, started.runs)
    return started.missing
  })
  return done(withRuns ? askedRuns(runs) : {})
}

async function cancel(
  deps: CommandDeps,
  environment: string,
  command: string,
  { target }: CancelRuns,
): Promise<CommandDone> {
  let count = 0
  await applyToTargets(deps, environment, target, async (ids) => {
    const reason = 'a command cancelled it'
    const { cancelled, stops } = await deps.schedules.cancel(environment, ids, { reason, command })
    deps.notices.stop(stops)
    count += cancelled
    return []
  })
  return done({ cancelled: count })
}

async function cancelRun(
  deps: CommandDeps,
  environment: string,
  command: string,
  run: string,
): Promise<CommandDone> {
  if (!isRunId(run)) throw unknownRun(run)
  const options = { run, reason: 'a command cancelled it', command }
  const { cancelled, stops, isKnown } = await deps.schedules.cancel(environment, [scheduleOf(run)], options)
  if (!isKnown) throw unknownRun(run)
  deps.notices.stop(stops)
  return done({ cancelled })
}

async function setFrequency(
  deps: CommandDeps,
  environment: string,
  command: string,
  { providerConfigKey, connectionId, sync: name, frequency: text }: SetFrequency,
): Promise<CommandDone> {
  if (name === undefined) throw new AppError('invalid_body', 'the command names no sync')
  const { catalog, schedules, definitions, limits } = deps
  const connection = await catalog.connections.get(environment, providerConfigKey, connectionId)
  const sync = await catalog.syncs.find(environment, providerConfigKey, name.name)
  if (!sync) throw unknownSync(name, connectionId)
  if (text !== '') parseFrequency(text, limits.frequency)
  const frequency = readFrequency(text || sync.frequency)
  const deployed = await definitions.write(sync)
  const id = scheduleId(environment, connection.uid, name.name, name.variant)
  const change = frequencyChange(id, text, sync, deployed?.jitterMs, schedules.now())
  const set = () => schedules.setFrequency(id, command, change)
  if ((await set()) === 'missing') {
    if (name.variant === BASE) await ensureMade(deps, [connection])
    if ((await set()) === 'missing') throw unknownSync(name, connectionId)
  }
  return done({ frequency: formatFrequency(frequency) })
}

function done(facts: Partial<CommandDone> = {}): CommandDone {
  return { ...DONE, ...facts }
}
