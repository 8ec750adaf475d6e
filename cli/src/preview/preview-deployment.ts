import type { PlanDeploymentAnswer, Syncline } from '@syncline/sdk'
import type { BundleFiles } from '../deploy/bundle-files.ts'
import { type PreviewedSync, previewSyncs } from './preview-syncs.ts'

interface Planned {
  changes: PlanDeploymentAnswer['changes']
  /** They name their bundles by hash. */
  syncs: NonNullable<Parameters<Syncline['deployments']['plan']>[0]['syncs']>
  bundles: BundleFiles
}

/** What each sync that a deployment would add or change would do to the records of a connection, one after the other. */
export async function previewDeployment(
  client: Syncline,
  { changes, syncs, bundles }: Planned,
  connectionId: string,
  onPreviewed: (previewed: PreviewedSync) => void,
): Promise<PreviewedSync[]> {
  const integrations = new Set(await integrationsOf(client, connectionId))
  const concerned = new Set(
    changes.filter(({ change }) => change === 'new' || change === 'changed').map(identityOf),
  )
  const all: PreviewedSync[] = []
  for (const sync of syncs) {
    if (!concerned.has(identityOf(sync)) || !integrations.has(sync.provider_config_key)) continue
    const { provider_config_key, name, models, track_deletes, validate, bundle_hash = '' } = sync
    const local = {
      ...{ provider_config_key, sync: name, models, bundle: await bundles.get(bundle_hash) },
      ...(track_deletes !== undefined && { track_deletes }),
      ...(validate !== undefined && { validate }),
    }
    all.push(...(await previewSyncs(client, connectionId, [local], onPreviewed)))
  }
  return all
}

/** A connection of one name may be in several integrations; syncs of others have nothing to run on. */
async function integrationsOf(client: Syncline, connectionId: string): Promise<string[]> {
  const { connections } = await client.connections.list({ connectionId })
  if (connections.length === 0) throw new Error(`there is no connection '${connectionId}'`)
  return connections.map(({ provider_config_key }) => provider_config_key)
}

const identityOf = ({ provider_config_key, name }: { provider_config_key: string; name: string }) =>
  `${provider_config_key}/${name}`
