import { AppError } from '@syncline/errors'
import type { Handler } from '../http/handler.ts'
import { deleteConnection, getConnection, listConnections } from './connections.ts'
import { changeMetadata, setMetadata, updateMetadata } from './metadata.ts'

export const oldGetConnection: Handler<'oldGetConnection'> = (dependencies, request) =>
  getConnection(dependencies, request)
export const oldListConnections: Handler<'oldListConnections'> = (dependencies, request) =>
  listConnections(dependencies, request)
export const oldDeleteConnection: Handler<'oldDeleteConnection'> = (dependencies, request) =>
  deleteConnection(dependencies, request)
export const oldSetMetadata: Handler<'oldSetMetadata'> = (dependencies, request) =>
  setMetadata(dependencies, request)
export const oldUpdateMetadata: Handler<'oldUpdateMetadata'> = (dependencies, request) =>
  updateMetadata(dependencies, request)

type OfOne = Parameters<Handler<'setMetadataOfOne'>>[1]

export const setMetadataOfOne: Handler<'setMetadataOfOne'> = async (dependencies, request) => {
  await changeMetadata(dependencies, request.environment, ofOne(request), () => request.body)
  return request.body
}

export const updateMetadataOfOne: Handler<'updateMetadataOfOne'> = async (dependencies, request) => {
  const merged = (present: Record<string, unknown> | null) => ({ ...present, ...request.body })
  await changeMetadata(dependencies, request.environment, ofOne(request), merged)
  return request.body
}

function ofOne({ params, query, headers }: Pick<OfOne, 'params' | 'query' | 'headers'>) {
  const integration = query.provider_config_key ?? headers['provider-config-key']
  if (integration === undefined) {
    const message = 'give provider_config_key in the query, or the header Provider-Config-Key'
    throw new AppError('missing_provider_config_key', message)
  }
  return { provider_config_key: integration, connection_id: params.connectionId }
}
