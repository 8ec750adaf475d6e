import type { CancelSyncsBody } from './endpoints.ts'
import type { SyncRef, SyncsRef } from './types.ts'

/** As the API takes it in one text. */
export function syncText(sync: SyncRef): string {
  return typeof sync === 'string' ? sync : `${sync.name}::${sync.variant}`
}

/** Of a route that takes a name and a variant. A name in one text has none of its own. */
export function syncFields(sync: SyncRef): { name: string; variant: string | undefined } {
  if (typeof sync !== 'string') return sync
  const [name = '', variant] = sync.split('::')
  return { name, variant }
}

/** The body of a command. An absent connection means all, so that one that is there but not set is refused. */
export function syncsBody({ providerConfigKey, syncs, ...rest }: SyncsRef): CancelSyncsBody {
  if (!Array.isArray(syncs))
    throw new TypeError('syncs is not an array: give [] for all syncs of the integration')
  if ('connectionId' in rest && typeof rest.connectionId !== 'string') {
    throw new TypeError(`connectionId is ${rest.connectionId}: leave it out to mean all connections`)
  }
  return {
    provider_config_key: providerConfigKey,
    syncs,
    ...(rest.connectionId !== undefined && { connection_id: rest.connectionId }),
  }
}
