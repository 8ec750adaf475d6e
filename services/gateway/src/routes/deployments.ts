import type { DeployedAction, DeployedSync } from '@syncline/api'
import type { Action, Catalog, RunPolicy, Sync } from '@syncline/catalog'
import { readFrequency } from '@syncline/frequency'
import type { Dependencies } from '../dependencies.ts'
import type { Handler } from '../http/handler.ts'
import { InvalidRequest } from '../http/invalid-request.ts'
import { checkFrequency } from '../rules/check-frequency.ts'
import { checkPolicy } from '../rules/check-policy.ts'
import { deployedAction, deployedSync, type PlannedAction, type PlannedSync } from '../rules/deployed-sync.ts'
import { type PlannedProvider, planProviders } from '../rules/plan-providers.ts'

type Given = Parameters<typeof deploy>[1]['body']['syncs'][number]
type GivenAction = Parameters<typeof deploy>[1]['body']['actions'][number]
type ToDeploy = Given & { policy: RunPolicy }

/** All is checked before any is stored. */
export const deploy: Handler<'deploy'> = async (dependencies, { environment, body }) => {
  const { catalog } = dependencies
  const now = new Date().toISOString()
  const syncs = await checked(dependencies, environment, body.syncs)
  await checkActions(dependencies, environment, body)
  // What another process has just deployed may not be in the copy of the catalog yet.
  for (const { extends: parent } of body.providers) {
    if (parent !== undefined) await catalog.providers.find(environment, parent)
  }
  const planned = planProviders(body.providers, catalog.providers.list(environment), { environment, now })
  const providers = []
  for (const each of planned) providers.push(await storeProvider(dependencies, each))
  const answers = []
  for (const sync of syncs) answers.push(await store(dependencies, environment, sync))
  const actions = []
  for (const action of body.actions) actions.push(await storeAction(dependencies, environment, action))
  return { providers, syncs: answers, actions }
}

export const listDeployments: Handler<'listDeployments'> = async ({ catalog }, { environment }) => ({
  syncs: catalog.syncs.list(environment).map(syncAnswer).sort(byIdentity),
  actions: catalog.actions.list(environment).map(actionAnswer).sort(byIdentity),
})

export const getDeployment: Handler<'getDeployment'> = async (
  { catalog },
  { environment, params, query },
) => {
  await catalog.integrations.get(environment, query.provider_config_key)
  const identity = [environment, query.provider_config_key, params.name]
  const action = await catalog.actions.find(...identity)
  return action ? actionAnswer(action) : syncAnswer(await catalog.syncs.get(...identity))
}

export const deleteDeployment: Handler<'deleteDeployment'> = async (
  { catalog },
  { environment, params, query },
) => {
  await catalog.integrations.get(environment, query.provider_config_key)
  const identity = [environment, query.provider_config_key, params.name]
  const isAction = (await catalog.actions.find(...identity)) !== undefined
  await (isAction ? catalog.actions : catalog.syncs).delete(...identity)
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
    const identity = identityOf(sync)
    if (seen.has(identity)) throw InvalidRequest.body(field('name'), `'${identity}' is there twice`)
    seen.add(identity)
    found.push({ ...sync, frequency, policy: checkPolicy(sync, readFrequency(frequency), field) })
  }
  return found
}

/** Syncs and actions of an integration share their names: a name says what is deleted. */
async function checkActions(
  { catalog }: Dependencies,
  environment: string,
  { syncs, actions }: Parameters<typeof deploy>[1]['body'],
): Promise<void> {
  const seen = new Set(syncs.map(identityOf))
  for (const [index, action] of actions.entries()) {
    const identity = identityOf(action)
    await catalog.integrations.get(environment, action.provider_config_key)
    if (seen.has(identity) || (await isDeployed(catalog.syncs, environment, action))) {
      const path = ['actions', String(index), 'name']
      throw InvalidRequest.body(path, `'${identity}' is there twice, or is the name of a sync`)
    }
    seen.add(identity)
  }
  for (const [index, sync] of syncs.entries()) {
    if (!(await isDeployed(catalog.actions, environment, sync))) continue
    throw InvalidRequest.body(
      ['syncs', String(index), 'name'],
      `'${identityOf(sync)}' is the name of an action`,
    )
  }
}

async function isDeployed(
  collection: Catalog['syncs'] | Catalog['actions'],
  environment: string,
  { provider_config_key, name }: Identity,
): Promise<boolean> {
  return (await collection.find(environment, provider_config_key, name)) !== undefined
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
    ...(sync.validate && { validate: sync.validate }),
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
    validate: sync.validate ?? null,
    deployed_at: sync.deployedAt,
  }
}

async function storeAction({ catalog }: Dependencies, environment: string, action: GivenAction) {
  const { provider_config_key: integration, name } = action
  const planned: PlannedAction = {
    environment,
    integration,
    name,
    description: action.description,
    version: action.version,
    inputSchema: action.input_schema,
    outputSchema: action.output_schema,
    scopes: action.scopes,
    ...(action.event && { event: action.event }),
    bundle: await catalog.bundles.put(action.bundle),
  }
  const now = new Date().toISOString()
  const present = await catalog.actions.find(environment, integration, name)
  const deployed = deployedAction(present, planned, now)
  const changed = deployed !== present
  if (changed) {
    const change = (latest: Action | undefined) => deployedAction(latest, planned, now)
    await catalog.actions.upsert(change, environment, integration, name)
  }
  return { provider_config_key: integration, name, version: deployed.version, changed }
}

function actionAnswer(action: Action): DeployedAction {
  return {
    provider_config_key: action.integration,
    name: action.name,
    description: action.description,
    version: action.version,
    input_schema: action.inputSchema,
    output_schema: action.outputSchema,
    scopes: action.scopes,
    ...(action.event && { event: action.event }),
    deployed_at: action.deployedAt,
  }
}

interface Identity {
  provider_config_key: string
  name: string
}

const identityOf = ({ provider_config_key, name }: Identity) => `${provider_config_key}/${name}`
const byIdentity = (a: Identity, b: Identity) => (identityOf(a) < identityOf(b) ? -1 : 1)
