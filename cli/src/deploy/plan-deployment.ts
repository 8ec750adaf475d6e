import type { PlanDeploymentAnswer, Syncline } from '@syncline/sdk'
import { withAdvice } from '../explain.ts'
import type { Prepared, Refused } from '../prepare-functions.ts'

type Body = Parameters<Syncline['deployments']['plan']>[0]

export interface DeploymentPlan {
  /** What the API would do. */
  answer: PlanDeploymentAnswer
  /** What is sent to have it done: the functions that are not refused. */
  body: Body
  /** Functions that can't be deployed, as they do not bundle, or the API refuses them. */
  refused: Refused[]
  /** A deployment would change something. */
  changes: boolean
}

interface Options {
  providers?: NonNullable<Body['providers']>
  /** Remove what is deployed and not in the folder. Nothing is removed while a function of the folder is refused. */
  prune?: boolean
  signal?: AbortSignal
}

/** What a deployment of these functions would change. Stores nothing. */
export async function planDeployment(
  client: Syncline,
  { syncs, actions, refused }: Pick<Prepared, 'syncs' | 'actions' | 'refused'>,
  { providers = [], prune = false, signal }: Options = {},
): Promise<DeploymentPlan> {
  const keep = (of: Refused[]) =>
    of.flatMap(({ provider_config_key, name }) => (name ? { provider_config_key, name } : []))
  const body = { syncs, actions, providers, prune: prune && refused.length === 0, keep: keep(refused) }
  const answer = await client.deployments.plan(body, { signal })
  const all = [
    ...refused,
    ...answer.refused.map(({ code, message, ...of }) => ({ ...of, message: withAdvice(code, message) })),
  ]
  if (answer.refused.length === 0) return { answer, body, refused: all, changes: hasChanges(answer) }
  // The plan is about the others; with `prune` it would take those that are refused for gone.
  const isRefused = new Set(answer.refused.map(identityOf))
  const rest = {
    ...body,
    syncs: syncs.filter((sync) => !isRefused.has(identityOf(sync))),
    actions: actions.filter((action) => !isRefused.has(identityOf(action))),
    prune: false,
    keep: keep(all),
  }
  const planned = await client.deployments.plan(rest, { signal })
  return { answer: planned, body: rest, refused: all, changes: hasChanges(planned) }
}

function hasChanges({ changes, providers }: PlanDeploymentAnswer): boolean {
  return (
    changes.some(({ change }) => change !== 'unchanged' && change !== 'gone') ||
    providers.some(({ changed }) => changed)
  )
}

const identityOf = ({ provider_config_key, name }: { provider_config_key: string; name: string }) =>
  `${provider_config_key}/${name}`
