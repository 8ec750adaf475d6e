import type { Action, Sync } from '@syncline/catalog'
import type { Handler } from '../http/handler.ts'

/** By integration, also where several have one provider. */
export const getScriptsConfig: Handler<'getScriptsConfig'> = async ({ catalog }, { environment, query }) => {
  const actions = catalog.actions.list(environment)
  if (query.format === 'openai') return { data: actions.filter(({ event }) => event === undefined).map(tool) }
  const syncsBy = Map.groupBy(catalog.syncs.list(environment), ({ integration }) => integration)
  const actionsBy = Map.groupBy(actions, ({ integration }) => integration)
  return catalog.integrations
    .list(environment)
    .filter(({ key }) => syncsBy.has(key) || actionsBy.has(key))
    .map(({ key, provider }) => ({
      providerConfigKey: key,
      provider,
      syncs: (syncsBy.get(key) ?? []).map(syncConfig),
      actions: (actionsBy.get(key) ?? []).filter(({ event }) => event === undefined).map(actionConfig),
      'on-events': (actionsBy.get(key) ?? []).flatMap(onEventConfig),
    }))
}

/** In the form in which language models get the functions that they may call. */
function tool({ name, description, inputSchema }: Action) {
  return { name, description, parameters: inputSchema }
}

function actionConfig(action: Action) {
  const input = `${action.name}_input`
  const output = `${action.name}_output`
  return {
    ...common(action),
    type: 'action' as const,
    input,
    returns: [output],
    scopes: action.scopes,
    json_schema: { definitions: { [input]: action.inputSchema, [output]: action.outputSchema } },
    models: [input, output].map(model),
  }
}

function onEventConfig(action: Action) {
  if (action.event === undefined) return []
  return [
    {
      ...common(action),
      type: 'on-event' as const,
      event: action.event,
      returns: [],
      input: null,
      json_schema: null,
      models: [],
      scopes: action.scopes,
    },
  ]
}

function syncConfig(sync: Sync) {
  return {
    ...common(sync),
    type: 'sync' as const,
    returns: sync.models,
    scopes: [],
    input: null,
    json_schema: null,
    models: sync.models.map(model),
    runs: sync.frequency,
    auto_start: sync.autoStart,
    track_deletes: sync.trackDeletes,
  }
}

function common({ integration, name, description, version, deployedAt }: Sync | Action) {
  return {
    id: `${integration}/${name}`,
    name,
    description,
    version,
    enabled: true,
    last_deployed: deployedAt,
    endpoints: [],
    attributes: {},
    webhookSubscriptions: [],
    sdk_version: null,
    features: [],
  }
}

const model = (name: string) => ({ name, fields: [] })
