import { type Accepted, pauseSyncs, startSyncs, triggerSyncs, updateFrequency } from '@syncline/api'
import { AppError } from '@syncline/errors'
import type { Command, SyncName, Target } from '@syncline/proto'
import type { App } from '../app.ts'
import { checkFrequency } from '../check-frequency.ts'
import type { Dependencies } from '../dependencies.ts'
import { checkNames } from '../names.ts'
import { triggerMode } from '../trigger-mode.ts'

export function syncRoutes(app: App, { catalog, commands, limits }: Dependencies) {
  /** Sends a command about `target`. Gives what to answer when it was accepted only; undefined = done. */
  async function order(
    environment: string,
    target: Target,
    action: NonNullable<Command['action']>,
  ): Promise<Accepted | undefined> {
    const { providerConfigKey: integration, connectionId, syncs } = target
    await checkNames(catalog, environment, { integration, connection: connectionId || undefined, syncs })
    const outcome = await commands.send(environment, action)
    return outcome.kind === 'accepted' ? outcome.accepted : undefined
  }

  app.route({
    ...triggerSyncs,
    handler: async ({ environment, headers, body }, reply) => {
      const integration = body.provider_config_key ?? headers['provider-config-key']
      if (integration === undefined) {
        throw new AppError(
          'missing_provider_config_key',
          'give provider_config_key in the body or as a header',
        )
      }
      const connection = body.connection_id ?? headers['connection-id']
      const target = targetOf(integration, connection, body.syncs)
      const value = { target, ...triggerMode(body) }
      const accepted = await order(environment, target, { $case: 'trigger', value })
      return accepted ? reply.code(202).send(accepted) : reply.send(undefined)
    },
  })

  app.route({
    ...startSyncs,
    handler: async ({ environment, body }, reply) => {
      const target = targetOf(body.provider_config_key, body.connection_id, body.syncs)
      const accepted = await order(environment, target, { $case: 'start', value: { target } })
      return accepted ? reply.code(202).send(accepted) : reply.send(undefined)
    },
  })

  app.route({
    ...pauseSyncs,
    handler: async ({ environment, body }, reply) => {
      const target = targetOf(body.provider_config_key, body.connection_id, body.syncs)
      const accepted = await order(environment, target, { $case: 'pause', value: { target } })
      return accepted ? reply.code(202).send(accepted) : reply.send(undefined)
    },
  })

  app.route({
    ...updateFrequency,
    handler: async ({ environment, body }, reply) => {
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
      const outcome = await commands.send(environment, { $case: 'setFrequency', value })
      return outcome.kind === 'done'
        ? reply.send({ frequency: outcome.done.frequency })
        : reply.code(202).send(outcome.accepted)
    },
  })
}

function targetOf(providerConfigKey: string, connectionId: string | undefined, syncs: SyncName[]): Target {
  return { providerConfigKey, connectionId: connectionId ?? '', syncs }
}
