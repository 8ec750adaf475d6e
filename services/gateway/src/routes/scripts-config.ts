import type { Sync } from '@syncline/catalog'
import type { Handler } from '../http/handler.ts'

/** By integration, also where several have one provider. */
export const getScriptsConfig: Handler<'getScriptsConfig'> = async ({ catalog }, { environment, query }) => {
  if (query.format === 'openai') return { data: [] } // syncs take no input, so no model can call them
  const syncs = Map.groupBy(catalog.syncs.list(environment), ({ integration }) => integration)
  return catalog.integrations
    .list(environment)
    .filter(({ key }) => syncs.has(key))
    .map(({ key, provider }) => ({
      providerConfigKey: key,
      provider,
      syncs: (syncs.get(key) ?? []).map(syncConfig),
      actions: [],
      'on-events': [],
    }))
}

function syncConfig(sync: Sync) {
  return {
    id: `${sync.integration}/${sync.name}`,
    name: sync.name,
    type: 'sync' as const,
    returns: sync.models,
    description: sync.description,
    version: sync.version,
    enabled: true,
    last_deployed: sync.deployedAt,
    endpoints: [],
    attributes: {},
    scopes: [],
    webhookSubscriptions: [],
    json_schema: null,
    input: null,
    models: sync.models.map((name) => ({ name, fields: [] })),
    runs: sync.frequency,
    auto_start: sync.autoStart,
    track_deletes: sync.trackDeletes,
  }
}
