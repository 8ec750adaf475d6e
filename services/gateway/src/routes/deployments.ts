import type { DeployedSync } from '@syncline/api'
import type { RunPolicy, Sync } from '@syncline/catalog'
import { readFrequency } from '@syncline/frequency'
import type { Dependencies } from '../dependencies.ts'
import type { Handler } from '../http/handler.ts'
import { InvalidRequest } from '../http/invalid-request.ts'
import { checkFrequency } from '../rules/check-frequency.ts'
import { checkPolicy } from '../rules/check-policy.ts'
import { deployedSync, type PlannedSync } from '../rules/deployed-sync.ts'
import { type PlannedProvider, planProviders } from '../rules/plan-providers.ts'

type Given = Parameters<typeof deploy>[1]['body']['syncs'][number]
type ToDeploy = Given & { policy: RunPolicy }

/** All is checked before any is stored. */
export const deploy: Handler<'deploy'> = async (dependencies, { environment, body }) => {
  const { catalog } = dependencies
  const now = new Date().toISOString()
  const syncs = await checked(dependencies, environment, body.syncs)
  // What another process has just deployed may not be in the copy of the catalog yet.
  for (const { extends: parent } of body.providers) {
    if (parent !== undefined) await catalog.providers.find(environment, parent)
  }
  const planned = planProviders(body.providers, catalog.providers.list(environment), { environment, now })
  const providers = []
  for (const each of planned) providers.push(await storeProvider(dependencies, each))
  const answers = []
  for (const sync of syncs) answers.push(await store(dependencies, environment, sync))
  return { providers, syncs: answers }
}

export const listDeployments: Handler<'listDeployments'> = async ({ catalog }, { environment }) => ({
  syncs: catalog.syncs
    .list(environment)
    .map(syncAnswer)
    .sort((a, b) => (`${a.provider_config_key}/${a.name}` < `${b.provider_config_key}/${b.name}` ? -1 : 1)),
})

export const getDeployment: Handler<'getDeployment'> = async (
  { catalog },
  { environment, params, query },
) => {
  await catalog.integrations.get(environment, query.provider_config_key)
  return syncAnswer(await catalog.syncs.get(environment, query.provider_config_key, params.name))
}

export const deleteDeployment: Handler<'deleteDeployment'> = async (
  { catalog },
  { environment, params, query },
) => {
  await catalog.integrations.get(environment, query.provider_config_key)
  await catalog.syncs.delete(environment, query.provider_config_key, params.name)
  return { success: true }
}

async function checked(
  { catalog, limits }: Dependencies,
  environment: string,
  syncs: Given[],
): Promise<ToDeploy[]> {
  const seen = new Set<string>()
  const found: ToDeploy[] = []
  for (const [index, sync] of syncs.entries()) {
    const field = (name: string) => ['syncs', String(index), name]
    await catalog.integrations.get(environment, sync.provider_config_key)
    const frequency = checkFrequency(sync.frequency, limits.frequency, field('frequency'))
    const identity = `${sync.provider_config_key}/${sync.name}`
    if (seen.has(identity)) throw InvalidRequest.body(field('name'), `'${identity}' is there twice`)
    seen.add(identity)
    found.push({ ...sync, frequency, policy: checkPolicy(sync, readFrequency(frequency), field) })
  }
  return found
}

async function storeProvider({ catalog }: Dependencies, { provider, changed }: PlannedProvider) {
  const { environment, name, settings } = provider
  if (changed) await catalog.providers.upsert(() => provider, environment, name)
  return { name, base_url: settings.baseUrl, auth: settings.auth.type, changed }
}

async function store({ catalog }: Dependencies, environment: string, sync: ToDeploy) {
  const { provider_config_key: integration, name } = sync
  const planned: PlannedSync = {
    environment,
    integration,
    name,
    description: sync.description,
    version: sync.version,
    models: sync.models,
    frequency: sync.frequency,
    autoStart: sync.auto_start,
    trackDeletes: sync.track_deletes,
    ...sync.policy,
    bundle: await catalog.bundles.put(sync.bundle),
  }
  const now = new Date().toISOString()
  const present = await catalog.syncs.find(environment, integration, name)
  const deployed = deployedSync(present, planned, now)
  const changed = deployed !== present
  if (changed) {
    await catalog.syncs.upsert((latest) => deployedSync(latest, planned, now), environment, integration, name)
  }
  const { version, models } = deployed
  return { provider_config_key: integration, name, version, models, changed }
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
    fresh: sync.fresh ?? null,
    jitter: sync.jitter ?? null,
    retries: sync.retries,
    concurrency: sync.concurrency ?? null,
    overlap: sync.overlap,
    pause_after_failures: sync.pauseAfterFailures ?? null,
    deployed_at: sync.deployedAt,
  }
}
