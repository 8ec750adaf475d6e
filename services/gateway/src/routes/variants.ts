import { checkNames } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import { acceptedAnswer } from '../answers/command-answer.ts'
import type { Dependencies } from '../dependencies.ts'
import type { Handler } from '../http/handler.ts'

export const createVariant: Handler<'createVariant'> = async (dependencies, request) => {
  const value = await variantOf(dependencies, request)
  const outcome = await dependencies.commands.send(
    request.environment,
    { $case: 'createVariant', value },
    { id: request.commandId },
  )
  return outcome.kind === 'done'
    ? { id: outcome.done.scheduleId, ...request.params }
    : acceptedAnswer(outcome.accepted)
}

export const deleteVariant: Handler<'deleteVariant'> = async (dependencies, request) => {
  const value = await variantOf(dependencies, request)
  const outcome = await dependencies.commands.send(
    request.environment,
    { $case: 'deleteVariant', value },
    { id: request.commandId },
  )
  return outcome.kind === 'done' ? undefined : acceptedAnswer(outcome.accepted)
}

async function variantOf(
  { catalog }: Dependencies,
  { environment, params: sync, body }: Parameters<typeof createVariant>[1],
) {
  if (sync.variant.toLowerCase() === 'base') {
    throw new AppError('invalid_variant', `variant '${sync.variant}' is the sync itself: take another name`)
  }
  const { provider_config_key: providerConfigKey, connection_id: connectionId } = body
  const names = { integration: providerConfigKey, connection: connectionId, syncs: [sync] }
  await checkNames(catalog, environment, names)
  return { providerConfigKey, connectionId, sync }
}
