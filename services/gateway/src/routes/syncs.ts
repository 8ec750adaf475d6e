import type { Accepted, AskedRuns } from '@syncline/api'
import { checkNames } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import type { Command, SyncName, Target } from '@syncline/proto'
import { acceptedAnswer, askedRuns } from '../answers/command-answer.ts'
import type { Dependencies } from '../dependencies.ts'
import { Answer } from '../http/answer.ts'
import type { Handler, RequestFacts } from '../http/handler.ts'
import { checkFrequency } from '../rules/check-frequency.ts'
import { triggerMode } from '../rules/trigger-mode.ts'

export const triggerSyncs: Handler<'triggerSyncs'> = async (dependencies, request) => {
  const { headers, body } = request
  const integration = body.provider_config_key ?? headers['provider-config-key']
  if (integration === undefined) {
    throw new AppError('missing_provider_config_key', 'give provider_config_key in the body or as a header')
  }
  const connection = body.connection_id ?? headers['connection-id']
  const target = targetOf(integration, connection, body.syncs)
  const withRuns = asksForRuns(headers.prefer)
  return (withRuns ? commandWithRuns : command)(dependencies, request, target, {
    $case: 'trigger',
    value: { target, withRuns, ...triggerMode(body) },
  })
}

export const startSyncs: Handler<'startSyncs'> = async (dependencies, request) => {
  const { headers, body } = request
  const target = targetOf(body.provider_config_key, body.connection_id, body.syncs)
  const withRuns = asksForRuns(headers.prefer)
  return (withRuns ? commandWithRuns : command)(dependencies, request, target, {
    $case: 'start',
    value: { target, withRuns },
  })
}

export const pauseSyncs: Handler<'pauseSyncs'> = async (dependencies, request) => {
  const { body } = request
  const target = targetOf(body.provider_config_key, body.connection_id, body.syncs)
  return command(dependencies, request, target, { $case: 'pause', value: { target } })
}

export const cancelSyncs: Handler<'cancelSyncs'> = async (dependencies, request) => {
  const { environment, commandId: id, body } = request
  const target = targetOf(body.provider_config_key, body.connection_id, body.syncs)
  await checkTarget(dependencies, environment, target)
  const outcome = await dependencies.commands.send(
    environment,
    { $case: 'cancel', value: { target } },
    { id },
  )
  return outcome.kind === 'done' ? { cancelled: outcome.done.cancelled } : acceptedAnswer(outcome.accepted)
}

export const updateFrequency: Handler<'updateFrequency'> = async (
  { catalog, commands, limits },
  { environment, commandId: id, body },
) => {
  const sync = { name: body.sync_name, variant: body.sync_variant }
  const place = { providerConfigKey: body.provider_config_key, connectionId: body.connection_id }
  const frequency =
    body.frequency === null ? '' : checkFrequency(body.frequency, limits.frequency, ['frequency'])
  await checkNames(catalog, environment, {
    integration: place.providerConfigKey,
    connection: place.connectionId,
    syncs: [sync],
  })
  const value = { ...place, sync, frequency }
  const outcome = await commands.send(environment, { $case: 'setFrequency', value }, { id })
  return outcome.kind === 'done' ? { frequency: outcome.done.frequency } : acceptedAnswer(outcome.accepted)
}

/** Sends a command about `target`. Undefined = done. */
async function command(
  dependencies: Dependencies,
  { environment, commandId }: RequestFacts,
  target: Target,
  action: NonNullable<Command['action']>,
): Promise<Answer<202, Accepted> | undefined> {
  await checkTarget(dependencies, environment, target)
  const outcome = await dependencies.commands.send(environment, action, { id: commandId })
  return outcome.kind === 'accepted' ? acceptedAnswer(outcome.accepted) : undefined
}

/** The same with the runs that the command has asked for. */
async function commandWithRuns(
  dependencies: Dependencies,
  { environment, commandId }: RequestFacts,
  target: Target,
  action: NonNullable<Command['action']>,
): Promise<Answer<202, Accepted> | Answer<200, AskedRuns>> {
  await checkTarget(dependencies, environment, target)
  const outcome = await dependencies.commands.send(environment, action, { id: commandId })
  if (outcome.kind === 'accepted') return acceptedAnswer(outcome.accepted)
  return new Answer(200, askedRuns(outcome.done), { 'preference-applied': 'return=representation' })
}

/** RFC 7240: preferences are separated by commas, parameters of one by semicolons. */
function asksForRuns(prefer: string | undefined): boolean {
  return (prefer ?? '').split(',').some((each) => /^\s*return\s*=\s*"?representation"?\s*(;|$)/i.test(each))
}

async function checkTarget({ catalog }: Dependencies, environment: string, target: Target): Promise<void> {
  const { providerConfigKey: integration, connectionId, syncs } = target
  await checkNames(catalog, environment, { integration, connection: connectionId || undefined, syncs })
}

function targetOf(providerConfigKey: string, connectionId: string | undefined, syncs: SyncName[]): Target {
  return { providerConfigKey, connectionId: connectionId ?? '', syncs }
}
