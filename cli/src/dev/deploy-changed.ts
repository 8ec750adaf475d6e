import type { Syncline } from '@syncline/sdk'
import { applyDeployment } from '../deploy/apply-deployment.ts'
import { planDeployment } from '../deploy/plan-deployment.ts'
import { prepareFunctions } from '../prepare-functions.ts'

export interface Changed {
  functions: { integration: string; name: string; kind: 'sync' | 'action' }[]
  /** All syncs of the folder that are deployed. */
  syncs: { integration: string; sync: string }[]
  refused: { function: string; message: string }[]
}

/** Bundles the folder and deploys what is another than what is deployed. What is broken stays as it was deployed last. */
export async function deployChanged(client: Syncline, folder: string, signal: AbortSignal): Promise<Changed> {
  await using prepared = await prepareFunctions(folder, { mayBeEmpty: false, onWarning: () => {} })
  const plan = await planDeployment(client, prepared, { signal })
  if (plan.changes) await applyDeployment(client, plan, prepared.bundles, { signal })
  return {
    functions: plan.answer.changes.flatMap(({ kind, provider_config_key: integration, name, change }) =>
      change === 'new' || change === 'changed' ? { integration, name, kind } : [],
    ),
    syncs: (plan.body.syncs ?? []).map(({ provider_config_key: integration, name: sync }) => ({
      integration,
      sync,
    })),
    refused: plan.refused.map(({ provider_config_key, name, message }) => ({
      function: name ? `${provider_config_key}/${name}` : 'nango.yaml',
      message,
    })),
  }
}
