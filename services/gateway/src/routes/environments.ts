import type { Environment as EnvironmentAnswer } from '@syncline/api'
import type { Catalog, Environment, Validation } from '@syncline/catalog'
import { deleteAll } from '../delete-all.ts'
import type { Handler } from '../http/handler.ts'
import { InvalidRequest } from '../http/invalid-request.ts'
import { page } from '../http/next-link.ts'
import { deleteConnections } from '../on-events/delete-connections.ts'

export const createEnvironment: Handler<'createEnvironment'> = async ({ catalog, events }, { id, body }) => {
  const environment = withLimits({ name: body.name, createdAt: new Date().toISOString() }, body)
  await catalog.environments.create(environment, environment.name)
  events.environmentCreated(id, environment.name)
  return environmentAnswer(environment)
}

export const listEnvironments: Handler<'listEnvironments'> = async ({ catalog }, { query }) => {
  const { cursor, limit } = query
  const behind = { limit: limit + 1, ...(cursor !== undefined && { after: [cursor] }) }
  const found = catalog.environments.page([], behind)
  const environments = found.slice(0, limit).map(environmentAnswer)
  const next_cursor = found.length > limit ? (environments.at(-1)?.name ?? null) : null
  return page('/environments', query, { environments, next_cursor })
}

export const getEnvironment: Handler<'getEnvironment'> = async ({ catalog }, { params }) =>
  environmentAnswer(await catalog.environments.get(params.environment))

export const updateEnvironment: Handler<'updateEnvironment'> = async ({ catalog }, { params, body }) =>
  environmentAnswer(
    await catalog.environments.update((present) => withLimits(present, body), params.environment),
  )

/**
 * Keys go first, so that nobody makes anything new, and the environment last: a request that dies half-way can be sent again.
 * Before that, the scheduler gets a command to remove schedules, records and runs. If it does not answer, it applies the command later.
 */
export const deleteEnvironment: Handler<'deleteEnvironment'> = async (
  dependencies,
  { id, params: { environment }, query },
) => {
  const { catalog, commands, keyUse, events } = dependencies
  if (query.confirm !== environment) {
    const message = `confirm is '${query.confirm}': it must be the name of the environment, '${environment}'`
    throw new InvalidRequest('invalid_query_params', message, [
      { code: 'custom', message, path: ['confirm'] },
    ])
  }
  const { createdAt } = await catalog.environments.get(environment)
  // What other gateways have made a moment ago, the copy may lack.
  await catalog.compare()
  await deleteAll(catalog.apiKeys, keysOf(catalog, environment), (key) => [key.id])
  await deleteAll(catalog.users, catalog.users.list(environment), ({ name }) => [environment, name])
  await catalog.compare()
  // Nothing is left of it to be written later.
  await catalog.deployments.begin(environment)
  const { syncs, actions, connections, integrations, providers, variables, lastDeployments } = catalog
  await deleteAll(syncs, syncs.list(environment), (it) => [environment, it.integration, it.name])
  // Before their functions, which need integrations and variables.
  const onEvents = await deleteConnections(dependencies, environment, connections.list(environment))
  await deleteAll(actions, actions.list(environment), (it) => [environment, it.integration, it.name])
  await deleteAll(integrations, integrations.list(environment), (it) => [environment, it.key])
  await deleteAll(providers, providers.list(environment), (it) => [environment, it.name])
  await deleteAll(variables, variables.list(environment), (it) => [environment, it.name])
  await deleteAll(lastDeployments, lastDeployments.list(environment), () => [environment])
  await keyUse.forgetAll(environment)
  await commands.send(environment, { $case: 'removeEnvironment', value: { createdAt } })
  await catalog.environments.delete(environment)
  events.environmentDeleted(id, environment)
  return { success: true, ...(onEvents && { on_events: onEvents }) }
}

export function keysOf({ apiKeys }: Catalog, environment: string) {
  return apiKeys.list().filter((key) => key.environment === environment)
}

type Limits = {
  max_runs?: number | null | undefined
  weight?: number | null | undefined
  validate?: Validation | null | undefined
}

/** Null takes a limit away; what is undefined stays. */
function withLimits({ maxRuns, weight, validate, ...rest }: Environment, given: Limits): Environment {
  const runs = given.max_runs === undefined ? maxRuns : given.max_runs
  const share = given.weight === undefined ? weight : given.weight
  const check = given.validate === undefined ? validate : given.validate
  return {
    ...rest,
    ...(typeof runs === 'number' && { maxRuns: runs }),
    ...(typeof share === 'number' && { weight: share }),
    ...(check && { validate: check }),
  }
}

function environmentAnswer(environment: Environment): EnvironmentAnswer {
  const { name, maxRuns, weight, validate, createdAt } = environment
  return {
    name,
    max_runs: maxRuns ?? null,
    weight: weight ?? 1,
    validate: validate ?? 'warn',
    created_at: createdAt,
  }
}
