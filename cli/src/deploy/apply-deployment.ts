import { type DeployAnswer, type Syncline, SynclineError } from '@syncline/sdk'
import pLimit from 'p-limit'
import type { BundleFiles } from './bundle-files.ts'
import type { DeploymentPlan } from './plan-deployment.ts'

/** Bundles that are sent at the same time. */
const AT_ONCE = 8

interface Options {
  /** Called after each bundle. */
  onSent?: (sent: number, of: number) => void
  signal?: AbortSignal
}

/**
 * Does what the plan says, as a whole or not at all: sends the bundles that the API does not have, one by one, and then the deployment,
 * which names them. Fails with `stale_plan` if something else was deployed or removed since the plan.
 */
export async function applyDeployment(
  client: Syncline,
  { body, answer }: Pick<DeploymentPlan, 'body' | 'answer'>,
  bundles: Pick<BundleFiles, 'get'>,
  { onSent = () => {}, signal }: Options = {},
): Promise<DeployAnswer> {
  const send = async (keys: string[]) => {
    let sent = 0
    await pLimit(AT_ONCE).map(keys, async (key) => {
      await client.deployments.putBundle(key, await bundles.get(key), { signal })
      onSent(++sent, keys.length)
    })
  }
  await send(answer.missing_bundles)
  const create = () => client.deployments.create({ ...body, plan: answer.plan }, { signal })
  try {
    return await create()
  } catch (error) {
    // What was there at the time of the plan may have been removed since, as no function had it.
    if (!(error instanceof SynclineError && error.code === 'unknown_bundle')) throw error
    const { missing_bundles } = await client.deployments.plan(body, { signal })
    await send(missing_bundles)
    return await create()
  }
}
