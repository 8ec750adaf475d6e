import { type DeployedSync, deleteDeployment, deploy, listDeployments } from '@syncline/api'
import type { Sync } from '@syncline/catalog'
import type { App } from '../app.ts'
import { checkFrequency } from '../check-frequency.ts'
import type { Dependencies } from '../dependencies.ts'
import { deployedSync, type PlannedSync } from '../deployed-sync.ts'
import { InvalidRequest } from '../invalid-request.ts'

export function deploymentRoutes(app: App, { catalog, limits }: Dependencies) {
  app.route({
    ...deploy,
    handler: async ({ environment, body }) => {
      // All is checked before any is stored.
      const seen = new Set<string>()
      const syncs = []
      for (const [index, sync] of body.syncs.entries()) {
        const field = (name: string) => ['syncs', String(index), name]
        await catalog.integrations.get(environment, sync.provider_config_key)
        const frequency = checkFrequency(sync.frequency, limits.frequency, field('frequency'))
        const identity = `${sync.provider_config_key}/${sync.name}`
        if (seen.has(identity)) throw InvalidRequest.body(field('name'), `'${identity}' is there twice`)
        seen.add(identity)
        syncs.push({ ...sync, frequency })
      }

      const answers = []
      for (const sync of syncs) {
        const planned: PlannedSync = {
          environment,
          integration: sync.provider_config_key,
          name: sync.name,
          description: sync.description,
          version: sync.version,
          models: sync.models,
          frequency: sync.frequency,
          autoStart: sync.auto_start,
          trackDeletes: sync.track_deletes,
          bundle: await catalog.bundles.put(sync.bundle),
        }
        answers.push(await store(planned))
      }
      return { syncs: answers }
    },
  })

  async function store(planned: PlannedSync) {
    const identity = [planned.environment, planned.integration, planned.name]
    const now = new Date().toISOString()
    const present = await catalog.syncs.find(...identity)
    const sync = deployedSync(present, planned, now)
    const changed = sync !== present
    if (changed) await catalog.syncs.upsert((latest) => deployedSync(latest, planned, now), ...identity)
    const { integration, name, version, models } = sync
    return { provider_config_key: integration, name, version, models, changed }
  }

  app.route({
    ...listDeployments,
    handler: async ({ environment }) => ({
      syncs: catalog.syncs
        .list(environment)
        .map(syncAnswer)
        .sort((a, b) =>
          `${a.provider_config_key}/${a.name}` < `${b.provider_config_key}/${b.name}` ? -1 : 1,
        ),
    }),
  })

  app.route({
    ...deleteDeployment,
    handler: async ({ environment, params, query }) => {
      await catalog.integrations.get(environment, query.provider_config_key)
      await catalog.syncs.delete(environment, query.provider_config_key, params.name)
      return { success: true as const }
    },
  })
}

function syncAnswer(sync: Sync): DeployedSync {
  return {
    provider_config_key: sync.integration,
    name: sync.name,
    description: sync.description,
    version: sync.version,
    models: sync.models,
    frequency: sync.frequency,
    auto_start: sync.autoStart,
    track_deletes: sync.trackDeletes,
    deployed_at: sync.deployedAt,
  }
}
