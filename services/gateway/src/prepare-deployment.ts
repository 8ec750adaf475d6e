import type { Routes, ServerRequest } from '@syncline/api'
import { type Action, bundleKey, type Catalog, type Provider, type Sync, type Write } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import type { Dependencies } from './dependencies.ts'
import { checkFunctions } from './rules/check-functions.ts'
import { duplicateModels } from './rules/duplicate-models.ts'
import { type Change, identityOf, planFunctions } from './rules/plan-functions.ts'
import { planProviders } from './rules/plan-providers.ts'

export type Body = ServerRequest<Routes['planDeployment']>['body']
type Prepared = Awaited<ReturnType<typeof prepareDeployment>>

/** What the deployment would do now. */
export async function prepareDeployment(
  { catalog, limits }: Pick<Dependencies, 'catalog' | 'limits'>,
  environment: string,
  body: Body,
) {
  const since = await catalog.deployments.begin(environment)
  const now = new Date().toISOString()
  const deployed = { syncs: catalog.syncs.list(environment), actions: catalog.actions.list(environment) }
  const { wanted, refused, texts } = checkFunctions(body, {
    environment,
    deployed,
    hasIntegration: (key) => catalog.integrations.peek(environment, key) !== undefined,
    frequency: limits.frequency,
  })
  const named = [...body.keep.map((it) => ({ ...it, integration: it.provider_config_key })), ...refused]
  const keep = new Set(named.map(identityOf))
  const planned = planFunctions({ deployed, wanted, keep, prune: body.prune, now })
  const kept = deployed.syncs.filter((sync) => keep.has(identityOf(sync)))
  const duplicates = duplicateModels(planned, kept)
  const isRefused = new Set(duplicates.map(identityOf))
  const deployedProviders = catalog.providers.list(environment)
  return {
    since,
    changes: planned.filter((change) => !isRefused.has(identityOf(change))),
    kept: [...kept, ...deployed.syncs.filter((sync) => isRefused.has(identityOf(sync)))],
    providers: planProviders(body.providers, deployedProviders, { environment, now }),
    refused: [...refused, ...duplicates],
    plan: fingerprint([...deployed.syncs, ...deployed.actions, ...deployedProviders]),
    texts,
  }
}

/** Another one when a function or provider has been deployed or removed. */
function fingerprint(deployed: (Sync | Action | Provider)[]): string {
  const lines = deployed.map((it) =>
    'integration' in it
      ? `${identityOf(it)} ${it.bundle} ${it.version} ${it.deployedAt}`
      : `${it.name} ${it.deployedAt}`,
  )
  return bundleKey(lines.sort().join('\n'))
}

/** Providers first, and removals last: a sync that takes over the models of another one is there before that goes. */
export function writesOf(catalog: Catalog, environment: string, { changes, providers }: Prepared): Write[] {
  const changed = changes.filter(({ change }) => change === 'new' || change === 'changed')
  const removed = changes.filter(({ change }) => change === 'removed')
  const writes = [...changed, ...removed].map(({ kind, integration, name, after }) => {
    const identity = [environment, integration, name]
    return kind === 'sync'
      ? catalog.syncs.writeOf((after as Sync | undefined) ?? null, ...identity)
      : catalog.actions.writeOf((after as Action | undefined) ?? null, ...identity)
  })
  return [
    ...providers
      .filter(({ changed }) => changed)
      .map(({ provider }) => catalog.providers.writeOf(provider, environment, provider.name)),
    ...writes,
  ]
}

/** Keys of bundles that no deployed function of the environment has. */
export function newBundles(changes: Change[], kept: Sync[]): string[] {
  const present = new Set([
    ...changes.map(({ before }) => before?.bundle),
    ...kept.map(({ bundle }) => bundle),
  ])
  const wanted = new Set(changes.flatMap(({ after }) => after?.bundle ?? []))
  return [...wanted].filter((key) => !present.has(key))
}

/** Of the request, or sent before. */
export async function storeBundles(
  { bundles }: Catalog,
  keys: string[],
  texts: Map<string, string>,
): Promise<void> {
  const [missing] = await bundles.missing(keys.filter((key) => !texts.has(key)))
  if (missing !== undefined) {
    throw new AppError(
      'unknown_bundle',
      `the bundle ${missing} is not here: send it with PUT /bundles/${missing}`,
    )
  }
  for (const key of keys) {
    const text = texts.get(key)
    if (text !== undefined) await bundles.put(text)
  }
}
