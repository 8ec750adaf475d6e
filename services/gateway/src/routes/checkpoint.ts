import { checkNames } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import { checkpointJson } from '@syncline/functions/checkpoint-json'
import { acceptedAnswer } from '../answers/command-answer.ts'
import type { Handler } from '../http/handler.ts'

export const setCheckpoint: Handler<'setCheckpoint'> = async (
  { catalog, commands },
  { environment, commandId: id, body },
) => {
  const { provider_config_key: providerConfigKey, connection_id: connectionId, checkpoint } = body
  const sync = { name: body.sync_name, variant: body.variant }
  const json = checkpoint === null ? '' : checked(checkpoint)
  const names = { integration: providerConfigKey, connection: connectionId, syncs: [sync] }
  await checkNames(catalog, environment, names)
  const value = { providerConfigKey, connectionId, sync, checkpoint: json }
  const outcome = await commands.send(environment, { $case: 'setCheckpoint', value }, { id })
  return outcome.kind === 'accepted' ? acceptedAnswer(outcome.accepted) : { checkpoint }
}

/** As the runner checks what a function saves. */
function checked(checkpoint: object): string {
  try {
    return checkpointJson(checkpoint)
  } catch (cause) {
    throw new AppError('invalid_body', (cause as Error).message, { cause })
  }
}
