import { AppError } from '@syncline/errors'
import { formatFrequency, freshMsOf, gapsOf, parseFrequency, readFrequency } from '@syncline/frequency'
import type { Command, CommandDone, SetFrequency, StartSyncs, TriggerSyncs } from '@syncline/proto'
import { cronSlots } from './repair.ts'
import { scheduleOf } from './run.ts'
import { BASE, scheduleId } from './schedule.ts'
import { nextSlot } from './slots.ts'
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
    default:
      throw new AppError('invalid_body', `command '${id}' has no action that this scheduler knows`)
  }
}

async function trigger(
  deps: CommandDeps,
  environment: string,
  command: string,
  { target, reset, emptyCache }: TriggerSyncs,
): Promise<CommandDone> {
  await applyToTargets(deps, environment, target, async (ids) => {
    const { missing, stops } = await deps.schedules.trigger(ids, command, { reset, emptyCache })
    deps.notices.stop(stops)
    return missing
  })
  return done()
}

async function start(
  { schedules, ...deps }: CommandDeps,
  environment: string,
  command: string,
  { target }: StartSyncs,
): Promise<CommandDone> {
  await applyToTargets({ schedules, ...deps }, environment, target, async (ids) => {
    const { missing, cron } = await schedules.start(ids, command)
    if (missing.length > 0 || cron.length === 0) return missing
    const slots = cronSlots(cron, schedules.now())
    return (await schedules.start(Object.keys(slots), command, slots)).missing
  })
  return done()
}

async function cancel(
  deps: CommandDeps,
  environment: string,
  command: string,
  { target }: StartSyncs,
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

const RUN_ID = /^[0-9a-f]{24}-\d{1,16}$/

async function cancelRun(
  deps: CommandDeps,
  environment: string,
  command: string,
  run: string,
): Promise<CommandDone> {
  const unknown = new AppError('unknown_run', `there is no run '${run}', or it is not kept any more`)
  if (!RUN_ID.test(run)) throw unknown
  const options = { run, reason: 'a command cancelled it', command }
  const { cancelled, stops, isKnown } = await deps.schedules.cancel(environment, [scheduleOf(run)], options)
  if (!isKnown) throw unknown
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
  const isOwn = text !== ''
  const isCron = frequency.kind === 'cron'
  const change = {
    frequency: text,
    intervalMs: isOwn && !isCron ? frequency.ms : ('' as const),
    longestMs: isOwn && isCron ? gapsOf(frequency).longestMs : ('' as const),
    freshMs: isOwn ? freshMsOf(frequency, sync.fresh) : ('' as const),
    nextAt: nextSlot(id, frequency, schedules.now(), deployed?.jitterMs),
  }
  const set = () => schedules.setFrequency(id, command, change)
  if ((await set()) === 'missing') {
    if (name.variant === BASE) await ensureMade(deps, [connection])
    if ((await set()) === 'missing') throw unknownSync(name, connectionId)
  }
  return done({ frequency: formatFrequency(frequency) })
}

function done(facts: Partial<CommandDone> = {}): CommandDone {
  return { frequency: '', scheduleId: '', cancelled: 0, ...facts }
}
