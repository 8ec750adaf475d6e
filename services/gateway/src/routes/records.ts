import type { Catalog, Connection } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import { RecordAction, type Stream } from '@syncline/proto'
import type { Handler } from '../http/handler.ts'
import { Page } from '../http/send-page.ts'

const actions = {
  added: RecordAction.ADDED,
  updated: RecordAction.UPDATED,
  deleted: RecordAction.DELETED,
}

/** Streams of one call to records. */
const COUNTED_AT_ONCE = 10_000

export const listRecords: Handler<'listRecords'> = async (
  { catalog, records },
  { environment, headers, query },
) => {
  const after = query.delta ?? query.modified_after
  const wanted = {
    stream: await streamOf(catalog, environment, headers, query),
    cursor: query.cursor ?? '',
    limit: query.limit,
    modifiedAfterMs: after === undefined ? 0 : Date.parse(after),
    actions: query.filter?.map((action) => actions[action]) ?? [],
    ids: query.ids ?? [],
    asOfMs: query.as_of === undefined ? 0 : Date.parse(query.as_of),
    asAnswer: true,
    newestFirst: query.order === 'newest',
    withoutPayload: query.payload === 'false',
  }
  return new Page((options) => records.listRecords(wanted, options))
}

export const getRecord: Handler<'getRecord'> = async (
  { catalog, records },
  { environment, headers, params, query },
) => {
  const stream = await streamOf(catalog, environment, headers, query)
  return new Page((options) => records.listRecords({ stream, limit: 1, ids: [params.id] }, options), {
    ifNone: () => new AppError('unknown_record', `${query.model} has no record '${params.id}'`),
  })
}

export const countRecords: Handler<'countRecords'> = async ({ catalog, records }, { environment, query }) => {
  const { provider_config_key: integration, connection_id: connection, variant } = query
  const connections = await connectionsOf(catalog, environment, integration, connection)
  const models = new Map<string, Set<string>>()
  for (const { integration: key } of connections) {
    if (models.has(key)) continue
    models.set(key, new Set(catalog.syncs.list(environment, key).flatMap((sync) => sync.models)))
  }
  const wanted = connections.flatMap(({ integration: key, uid }) =>
    [...(models.get(key) ?? [])].map((model) => ({
      key,
      model,
      stream: { environment, connection: uid, model, variant },
    })),
  )
  if (wanted.length > COUNTED_AT_ONCE) {
    const message = `this counts ${wanted.length} connections and models, more than ${COUNTED_AT_ONCE}: name an integration or a connection`
    throw new AppError('invalid_query_params', message)
  }
  if (wanted.length === 0) return { counts: [] }
  const { sizes } = await records.countRecords({ streams: wanted.map(({ stream }) => stream) })
  const counts = Map.groupBy(
    wanted.map((each, i) => ({ ...each, size: sizes[i] ?? { live: 0, bytes: 0 } })),
    ({ key, model }) => JSON.stringify([key, model]),
  )
  const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0)
  return {
    counts: [...counts.values()].map((group) => ({
      provider_config_key: group[0]?.key ?? '',
      model: group[0]?.model ?? '',
      connections: group.length,
      records: sum(group.map(({ size }) => size.live)),
      bytes: sum(group.map(({ size }) => size.bytes)),
    })),
  }
}

export const getRecordHistory: Handler<'getRecordHistory'> = async (
  { catalog, records },
  { environment, headers, params, query },
) => {
  const wanted = {
    stream: await streamOf(catalog, environment, headers, query),
    id: params.id,
    cursor: query.cursor ?? '',
    limit: query.limit,
    asAnswer: true,
    withoutPayload: query.payload === 'false',
  }
  return new Page((options) => records.listVersions(wanted, options))
}

export const pruneRecords: Handler<'pruneRecords'> = async (
  { catalog, records },
  { environment, headers, body },
) => {
  const { count, hasMore } = await records.pruneRecords({
    stream: await streamOf(catalog, environment, headers, body),
    untilCursor: body.until_cursor,
    limit: body.limit ?? 0,
  })
  return { count, has_more: hasMore }
}

async function connectionsOf(
  catalog: Catalog,
  environment: string,
  integration: string | undefined,
  id: string | undefined,
): Promise<Connection[]> {
  if (integration !== undefined) {
    await catalog.integrations.get(environment, integration)
    if (id !== undefined) return [await catalog.connections.get(environment, integration, id)]
    return catalog.connections.list(environment, integration)
  }
  if (id === undefined) return catalog.connections.list(environment)
  throw new AppError('missing_provider_config_key', `connection_id '${id}' needs provider_config_key`)
}

async function streamOf(
  catalog: Catalog,
  environment: string,
  headers: { 'connection-id': string; 'provider-config-key': string },
  { model, variant }: { model: string; variant: string },
): Promise<Stream> {
  const integration = headers['provider-config-key']
  await catalog.integrations.get(environment, integration)
  const { uid } = await catalog.connections.get(environment, integration, headers['connection-id'])
  if (!catalog.syncs.list(environment, integration).some((sync) => sync.models.includes(model))) {
    throw new AppError('unknown_model', `no sync of integration '${integration}' has a model '${model}'`)
  }
  return { environment, connection: uid, model, variant }
}
