import type { Catalog } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import { RecordAction, type Stream } from '@syncline/proto'
import type { Handler } from '../http/handler.ts'
import { Page } from '../http/send-page.ts'

const actions = {
  added: RecordAction.ADDED,
  updated: RecordAction.UPDATED,
  deleted: RecordAction.DELETED,
}

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
  }
  return new Page((options) => records.listRecords(wanted, options))
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
