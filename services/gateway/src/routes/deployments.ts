import type { DeployedAction, DeployedSync } from '@syncline/api'
import { type Action, bundleKey, type Catalog, type Sync } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import { changeAnswer, modelAnswers, sumOf } from '../answers/deployment-plan.ts'
import type { Handler } from '../http/handler.ts'
import { InvalidRequest } from '../http/invalid-request.ts'
import { type Body, newBundles, prepareDeployment, storeBundles, writesOf } from '../prepare-deployment.ts'
import { type Change, identityOf, type Kind } from '../rules/plan-functions.ts'
import type { PlannedProvider } from '../rules/plan-providers.ts'

/** Gateways that deploy to one environment at the same time, without a plan of theirs. */
const TRIES = 10

export const planDeployment: Handler<'planDeployment'> = async (
  { catalog, limits },
  { environment, body },
) => {
  const { changes, kept, providers, refused, plan, texts } = await prepareDeployment(
    { catalog, limits },
    environment,
    body,
  )
  const connections = countOfConnections(catalog, environment)
  const answers = changes.map((change) => changeAnswer(change, connections))
  return {
    plan,
    changes: answers,
    models: modelAnswers(changes, kept),
    schedules: sumOf(answers),
    providers: providers.map(({ provider: { name }, changed }) => ({ name, changed })),
    refused: refused.map(({ kind, integration, name, error: { code, message } }) => ({
      ...{ kind, provider_config_key: integration, name, code, message },
    })),
    missing_bundles: await catalog.bundles.missing(
      newBundles(changes, kept).filter((key) => !texts.has(key)),
    ),
  }
}

/** All is checked before any is stored. See `Deployments` in libs/catalog for what happens if we die meanwhile. */
export const deploy: Handler<'deploy'> = async ({ catalog, limits }, { environment, body }) => {
  for (let tries = 1; tries <= TRIES; tries++) {
    const prepared = await prepareDeployment({ catalog, limits }, environment, body)
    const { since, changes, kept, providers, refused, plan, texts } = prepared
    if (refused[0]) throw refused[0].error
    if (body.plan !== undefined && body.plan !== plan) {
      const message = `something was deployed or removed in '${environment}' since the plan: plan again`
      throw new AppError('stale_plan', message)
    }
    const writes = writesOf(catalog, environment, prepared)
    if (writes.length === 0) return deployAnswer(body, changes, providers)
    await storeBundles(catalog, newBundles(changes, kept), texts)
    if (await catalog.deployments.commit(environment, since, writes))
      return deployAnswer(body, changes, providers)
  }
  throw new AppError('unavailable', `others deploy to '${environment}' all the time: try again`)
}

export const putBundle: Handler<'putBundle'> = async (
  { catalog },
  { params: { hash }, body: { bundle } },
) => {
  const key = bundleKey(bundle)
  if (key !== hash) throw InvalidRequest.body(['bundle'], `the sha256 of the bundle is ${key}, not ${hash}`)
  await catalog.bundles.put(bundle)
  return { success: true }
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

function countOfConnections({ connections }: Catalog, environment: string): (integration: string) => number {
  const counts = new Map<string, number>()
  return (integration) => {
    let count = counts.get(integration)
    if (count === undefined) {
      count = 0
      for (const _ of connections.each(environment, integration)) count++
      counts.set(integration, count)
    }
    return count
  }
}

function deployAnswer({ syncs, actions }: Body, changes: Change[], providers: PlannedProvider[]) {
  const byIdentity = new Map(changes.map((change) => [`${change.kind} ${identityOf(change)}`, change]))
  const answer = (kind: Kind, { provider_config_key, name }: Identity) => {
    const change = byIdentity.get(`${kind} ${provider_config_key}/${name}`)
    return {
      provider_config_key,
      name,
      version: change?.after?.version ?? '',
      changed: change?.change !== 'unchanged',
    }
  }
  return {
    providers: providers.map(({ provider: { name, settings }, changed }) => ({
      ...{ name, base_url: settings.baseUrl, auth: settings.auth.type, changed },
    })),
    syncs: syncs.map((sync) => ({ ...answer('sync', sync), models: sync.models })),
    actions: actions.map((action) => answer('action', action)),
    removed: changes
      .filter(({ change }) => change === 'removed')
      .map(({ integration, name }) => ({ provider_config_key: integration, name })),
  }
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

const nameOf = ({ provider_config_key, name }: Identity) => `${provider_config_key}/${name}`
const byIdentity = (a: Identity, b: Identity) => (nameOf(a) < nameOf(b) ? -1 : 1)
