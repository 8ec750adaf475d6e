import type { Syncline } from '@syncline/sdk'
import { prepareFunctions } from '../prepare-functions.ts'

export interface Changed {
  functions: { integration: string; name: string; kind: 'sync' | 'action' }[]
  /** All syncs of the folder that are deployed. */
  syncs: { integration: string; sync: string }[]
  refused: { function: string; message: string }[]
}

/** Bundles the folder and deploys what is another than what is deployed. What is broken stays as it was deployed last. */
export async function deployChanged(client: Syncline, folder: string, signal: AbortSignal): Promise<Changed> {
  const { refused, ...prepared } = await prepareFunctions(folder, { mayBeEmpty: false, onWarning: () => {} })
  const isEmpty = prepared.syncs.length + prepared.actions.length === 0
  const { syncs, actions } = isEmpty
    ? { syncs: [], actions: [] }
    : await client.deployments.create({ syncs: prepared.syncs, actions: prepared.actions }, { signal })
  const changed = (
    kind: 'sync' | 'action',
    all: { provider_config_key: string; name: string; changed: boolean }[],
  ) =>
    all.flatMap(({ provider_config_key: integration, name, changed }) =>
      changed ? { integration, name, kind } : [],
    )
  return {
    functions: [...changed('sync', syncs), ...changed('action', actions)],
    syncs: syncs.map(({ provider_config_key: integration, name: sync }) => ({ integration, sync })),
    refused: refused.map((text) => {
      const [name = '', ...message] = text.split(': ')
      return { function: name, message: message.join(': ') }
    }),
  }
}
