import { createVariant, deleteVariant } from '@syncline/api'
import { AppError } from '@syncline/errors'
import type { App } from '../app.ts'
import type { Dependencies } from '../dependencies.ts'
import { checkNames } from '../names.ts'

export function variantRoutes(app: App, { catalog, commands }: Dependencies) {
  async function variantOf(
    environment: string,
    sync: { name: string; variant: string },
    body: { provider_config_key: string; connection_id: string },
  ) {
    if (sync.variant.toLowerCase() === 'base') {
      throw new AppError('invalid_variant', `variant '${sync.variant}' is the sync itself: take another name`)
    }
    const { provider_config_key: providerConfigKey, connection_id: connectionId } = body
    const names = { integration: providerConfigKey, connection: connectionId, syncs: [sync] }
    await checkNames(catalog, environment, names)
    return { providerConfigKey, connectionId, sync }
  }

  app.route({
    ...createVariant,
    handler: async ({ environment, params, body }, reply) => {
      const value = await variantOf(environment, params, body)
      const outcome = await commands.send(environment, { $case: 'createVariant', value })
      return outcome.kind === 'done'
        ? reply.send({ id: outcome.done.scheduleId, ...params })
        : reply.code(202).send(outcome.accepted)
    },
  })

  app.route({
    ...deleteVariant,
    handler: async ({ environment, params, body }, reply) => {
      const value = await variantOf(environment, params, body)
      const outcome = await commands.send(environment, { $case: 'deleteVariant', value })
      return outcome.kind === 'done' ? reply.send(undefined) : reply.code(202).send(outcome.accepted)
    },
  })
}
