import { listRecordsUpTo, pruneRecords } from '@syncline/api'
import type { Catalog } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import { RecordAction, type Stream } from '@syncline/proto'
import type { App } from '../app.ts'
import type { Dependencies } from '../dependencies.ts'

const actions = {
  added: RecordAction.ADDED,
  updated: RecordAction.UPDATED,
  deleted: RecordAction.DELETED,
}

export function recordRoutes(app: App, { catalog, records, limits }: Dependencies) {
  const { response: _, ...schema } = listRecordsUpTo(limits.records).schema
  app.route({
    ...listRecordsUpTo(limits.records),
    // The records come as JSON bytes and go on as they are, so there is nothing to serialize.
    schema,
    handler: async (request, reply) => {
      const { query } = request
      const after = query.delta ?? query.modified_after
      const page = await records.listRecords({
        stream: await streamOf(catalog, request.environment, request.headers, query),
        cursor: query.cursor ?? '',
        limit: query.limit,
        modifiedAfterMs: after === undefined ? 0 : Date.parse(after),
        actions: query.filter?.map((action) => actions[action]) ?? [],
        ids: query.ids ?? [],
      })
      const next = JSON.stringify(page.nextCursor || null)
      const body = [Buffer.from('{"records":'), page.records, Buffer.from(`,"next_cursor":${next}}`)]
      return reply.type('application/json').send(Buffer.concat(body))
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
