import { AppError } from '@syncline/errors'
import { formatFrequency, type Limits, parseFrequency, readFrequency } from '@syncline/frequency'
import type {
  Command,
  CommandDone,
  CreateVariant,
  DeleteVariant,
  SetFrequency,
  TriggerSyncs,
} from '@syncline/proto'
import { clean } from './cleaner.ts'
import { blockedBy, newSchedule, type ReconcileDeps, reconcile, remove } from './reconcile.ts'
import { isNamed, nextAtOf, type Schedule, scheduleId } from './schedule.ts'
import type { Applied } from './store.ts'
import { ensureLoaded, refOf, targets, unknownSync } from './targets.ts'

const BATCH = 100

export type CommandDeps = ReconcileDeps & { limits: { frequency: Limits; variants: number } }

/** Applies a command; `again` when it was delivered before. Returns undefined if a sweep has to finish it later. */
export async function applyCommand(
  deps: CommandDeps,
  { environment, id, action }: Command,
  again: boolean,
): Promise<CommandDone | undefined> {
  switch (action?.$case) {
    case 'trigger':
      return trigger(deps, environment, id, action.value)
    case 'start':
      return forEach(deps, environment, action.value.target, (schedule) =>
        deps.store.start(environment, schedule.id, id, nextAtOf(schedule, deps.store.now())),
      )
    case 'pause':
      return forEach(deps, environment, action.value.target, (schedule) =>
        deps.store.pause(environment, schedule.id, id),
      )
    case 'setFrequency':
      return setFrequency(deps, environment, id, action.value)
    case 'createVariant':
      return createVariant(deps, environment, id, action.value)
    case 'deleteVariant':
      return deleteVariant(deps, environment, action.value, again)
    default:
      throw new AppError('invalid_body', `command '${id}' has no action that this scheduler knows`)
  }
}

function trigger(
  deps: CommandDeps,
  environment: string,
  id: string,
  { target, reset, emptyCache }: TriggerSyncs,
) {
  return forEach(deps, environment, target, (schedule) =>
    deps.store.trigger(environment, schedule.id, id, { reset, emptyCache }),
  )
}

async function setFrequency(deps: CommandDeps, environment: string, id: string, command: SetFrequency) {
  const { store, limits } = deps
  const { name, schedules } = await onConnection(deps, environment, command)
  const schedule = schedules.find((candidate) => isNamed(candidate, name))
  if (schedule === undefined) throw unknownSync(name, command.connectionId)
  const { frequency } = command
  if (frequency !== '') parseFrequency(frequency, limits.frequency)
  const nextAt = nextAtOf({ ...schedule, frequency }, store.now())
  await store.setFrequency(environment, schedule.id, id, { frequency, nextAt })
  return done({ frequency: formatFrequency(readFrequency(frequency || schedule.default)) })
}

async function createVariant(deps: CommandDeps, environment: string, id: string, command: CreateVariant) {
  const { store, catalog, events, limits } = deps
  const { connection, name, schedules } = await onConnection(deps, environment, command)
  const sync = await catalog.syncs.get(environment, connection.integration, name.name)
  const present = schedules.some((schedule) => isNamed(schedule, name))
  const count = schedules.filter((schedule) => schedule.sync === name.name).length
  if (!present && count >= limits.variants) {
    throw new AppError(
      'resource_capped',
      `sync '${name.name}' has ${count} variants already; at most ${limits.variants} are allowed`,
    )
  }

  const facts = { now: store.now(), blocked: blockedBy(connection) }
  const schedule = { ...newSchedule(refOf(connection), sync, name.variant, facts), command: id }
  if (!(await clean(deps, environment, schedule.id))) throw beingRemoved(name.variant)
  const result = await store.createSchedule(environment, schedule)
  if (result === 'cleaning') throw beingRemoved(name.variant)
  if (result === 'exists') {
    throw new AppError(
      'sync_variant_already_exists',
      `sync '${name.name}' has a variant '${name.variant}' already`,
    )
  }
  events.scheduleCreated(environment, schedule.id, name.name, name.variant)
  return done({ scheduleId: schedule.id })
}

/** Done when the records are removed. While the record store is away it is left to a sweep, and not answered. */
async function deleteVariant(deps: CommandDeps, environment: string, command: DeleteVariant, again: boolean) {
  const { connection, name, schedules } = await onConnection(deps, environment, command)
  const schedule = schedules.find((candidate) => isNamed(candidate, name))
  if (schedule) {
    const finished = await remove(deps, environment, schedule, schedules, 'its variant was deleted')
    return finished ? done() : undefined
  }
  // Delivered again and nothing there: the first delivery has removed it.
  if (!again) throw new AppError('not_found', `sync '${name.name}' has no variant '${name.variant}'`)
  const id = scheduleId(environment, connection.uid, name.name, name.variant)
  return (await clean(deps, environment, id)) ? done() : undefined
}

async function forEach(
  deps: CommandDeps,
  environment: string,
  target: TriggerSyncs['target'],
  apply: (schedule: Schedule) => Promise<Applied>,
): Promise<CommandDone> {
  if (target === undefined) throw new AppError('invalid_body', 'the command names no target')
  const schedules = await targets(deps, environment, target)
  for (let i = 0; i < schedules.length; i += BATCH) {
    await Promise.all(
      schedules.slice(i, i + BATCH).map(async (schedule) => {
        if ((await apply(schedule)) === 'cancelled') deps.events.runCancelled(environment, schedule.id)
      }),
    )
  }
  return done()
}

type OneSync = Pick<SetFrequency, 'providerConfigKey' | 'connectionId' | 'sync'>

async function onConnection(
  deps: CommandDeps,
  environment: string,
  { providerConfigKey, connectionId, sync }: OneSync,
) {
  if (sync === undefined) throw new AppError('invalid_body', 'the command names no sync')
  const connection = await deps.catalog.connections.get(environment, providerConfigKey, connectionId)
  await ensureLoaded(deps, environment, providerConfigKey, [sync])
  return { connection, name: sync, schedules: await reconcile(deps, refOf(connection)) }
}

function beingRemoved(variant: string): AppError {
  return new AppError('unavailable', `records of an earlier variant '${variant}' are being removed`)
}

function done(facts: Partial<CommandDone> = {}): CommandDone {
  return { frequency: '', scheduleId: '', ...facts }
}
