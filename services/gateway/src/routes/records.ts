import { getRecordHistoryUpTo, listRecordsUpTo, pruneRecords } from '@syncline/api'
import type { Catalog } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import { RecordAction, type Stream } from '@syncline/proto'
import type { App } from '../app.ts'
import type { Dependencies } from '../dependencies.ts'
import { sendPage } from '../send-page.ts'

const actions = {
  added: RecordAction.ADDED,
  updated: RecordAction.UPDATED,
  deleted: RecordAction.DELETED,
}

export function recordRoutes(app: App, { catalog, records, limits }: Dependencies) {
  const list = withoutResponse(listRecordsUpTo(limits.records))
  app.route({
    ...list,
    handler: async (request, reply) => {
      const { query } = request
      const after = query.delta ?? query.modified_after
      const wanted = {
        stream: await streamOf(catalog, request.environment, request.headers, query),
        cursor: query.cursor ?? '',
        limit: query.limit,
        modifiedAfterMs: after === undefined ? 0 : Date.parse(after),
        actions: query.filter?.map((action) => actions[action]) ?? [],
        ids: query.ids ?? [],
        asOfMs: query.as_of === undefined ? 0 : Date.parse(query.as_of),
      }
      return sendPage(reply, (options) => records.listRecords(wanted, options))
    },
  })

  const history = withoutResponse(getRecordHistoryUpTo(limits.records))
  app.route({
    ...history,
    handler: async ({ environment, headers, params, query }, reply) => {
      const wanted = {
        stream: await streamOf(catalog, environment, headers, query),
        id: params.id,
        cursor: query.cursor ?? '',
        limit: query.limit,
      }
      return sendPage(reply, (options) => records.listVersions(wanted, options))
    },
  })

  app.route({
    ...pruneRecords,
    handler: async ({ environment, headers, body }) => {
      const { count, hasMore } = await records.pruneRecords({
        stream: await streamOf(catalog, environment, headers, body),
        untilCursor: body.until_cursor,
        limit: body.limit ?? 0,
      })
      return { count, has_more: hasMore }
    },
  })
}

/** Records come as JSON bytes and go on as they are, so there is nothing to serialize. */
function withoutResponse<R extends { schema: { response: unknown } }>({ schema, ...route }: R) {
  const { response: _, ...rest } = schema
  return { ...route, schema: rest as Omit<R['schema'], 'response'> } // TypeScript widens a rest of a generic
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
