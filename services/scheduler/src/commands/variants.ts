import { AppError } from '@syncline/errors'
import type { Limits } from '@syncline/frequency'
import type { CreateVariant, DeleteVariant, SyncName } from '@syncline/proto'
import { clean } from '../reconcile/cleaner.ts'
import { slotTimes } from '../reconcile/definitions.ts'
import { blockedBy } from '../reconcile/expected.ts'
import { type RemovalDeps, removeSchedules } from '../reconcile/remove-schedules.ts'
import { scheduleId } from '../schedules/schedule.ts'

export type CommandDeps = RemovalDeps & { limits: { frequency: Limits; variants: number } }

/** Returns the id of its schedule. */
export async function createVariant(
  deps: CommandDeps,
  environment: string,
  command: string,
  { providerConfigKey, connectionId, sync: name }: CreateVariant,
): Promise<string> {
  const { schedules, catalog, definitions, events, limits } = deps
  const { connection, variant, others } = await find(deps, environment, providerConfigKey, connectionId, name)
  const sync = await catalog.syncs.get(environment, providerConfigKey, variant.name)
  const deployed = await definitions.write(sync)
  if (!deployed) {
    throw new AppError(
      'invalid_frequency',
      `frequency '${sync.frequency}' of sync '${sync.name}' can't be read`,
    )
  }
  // The base one is one of them.
  const count = 1 + (others[sync.name] ?? []).filter((other) => other !== variant.variant).length
  if (count >= limits.variants) {
    throw new AppError(
      'resource_capped',
      `sync '${sync.name}' has ${count} variants already; at most ${limits.variants} are allowed`,
    )
  }
  const { id, uid } = connection
  const schedule = scheduleId(environment, uid, sync.name, variant.variant)
  await clean(deps, environment, [schedule])
  const [result] =
    (await schedules.create(
      deployed.def,
      [{ id: schedule, connection: id, uid, blocked: blockedBy(connection) }],
      {
        variant: variant.variant,
        paused: !sync.autoStart,
        times: slotTimes(deployed, schedules.now()),
        command,
      },
    )) ?? []
  if (result === undefined) {
    definitions.forget(sync)
    throw new AppError('unavailable', `Redis has lost the definition of sync '${sync.name}'`)
  }
  if (result === 'cleaning') {
    throw new AppError('unavailable', `records of an earlier variant '${variant.variant}' are being removed`)
  }
  if (result === 'exists') {
    throw new AppError(
      'sync_variant_already_exists',
      `sync '${sync.name}' has a variant '${variant.variant}' already`,
    )
  }
  if (result === 'created') events.schedulesCreated(environment, sync.name, variant.variant, [schedule])
  return schedule
}

/** Returns true when the records are removed too. While the record store is away that is left to a sweep: false. */
export async function deleteVariant(
  deps: CommandDeps,
  environment: string,
  { providerConfigKey, connectionId, sync: name }: DeleteVariant,
  again: boolean,
): Promise<boolean> {
  const { connection, variant, others } = await find(deps, environment, providerConfigKey, connectionId, name)
  const id = scheduleId(environment, connection.uid, variant.name, variant.variant)
  if (others[variant.name]?.includes(variant.variant)) {
    const siblings = deps.catalog.syncs
      .list(environment, providerConfigKey)
      .filter((sync) => sync.name !== variant.name && others[sync.name]?.includes(variant.variant))
    const kept = siblings.flatMap(({ models }) => models)
    return removeSchedules(deps, environment, [id], { reason: 'its variant was deleted', kept })
  }
  // Delivered again and nothing there: the first delivery has removed it.
  if (!again) throw new AppError('not_found', `sync '${variant.name}' has no variant '${variant.variant}'`)
  return clean(deps, environment, [id])
}

async function find(
  { catalog, schedules }: CommandDeps,
  environment: string,
  integration: string,
  connectionId: string,
  variant: SyncName | undefined,
) {
  if (variant === undefined) throw new AppError('invalid_body', 'the command names no sync')
  const connection = await catalog.connections.get(environment, integration, connectionId)
  const variants = await schedules.variantsOf(environment, [connection.uid])
  return { connection, variant, others: variants.get(connection.uid) ?? {} }
}
