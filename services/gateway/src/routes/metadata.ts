import { checkSize } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import type { Dependencies } from '../dependencies.ts'
import type { Handler } from '../http/handler.ts'

type Metadata = Record<string, unknown>

export const setMetadata: Handler<'setMetadata'> = async (dependencies, { environment, body }) => {
  await changeMetadata(dependencies, environment, body, () => body.metadata)
  return body
}

export const updateMetadata: Handler<'updateMetadata'> = async (dependencies, { environment, body }) => {
  // A spread copies a key `__proto__` as a key.
  await changeMetadata(dependencies, environment, body, (present) => ({ ...present, ...body.metadata }))
  return body
}

/** All connections are looked up, and all results measured, before any is changed. A repetition of the request has the same effect. */
export async function changeMetadata(
  { catalog }: Dependencies,
  environment: string,
  body: { provider_config_key: string; connection_id: string | string[] },
  metadataOf: (present: Metadata | null) => Metadata,
): Promise<void> {
  const integration = body.provider_config_key
  const ids = [...new Set([body.connection_id].flat())]
  await catalog.integrations.get(environment, integration)
  for (const id of ids) {
    const connection = await catalog.connections.find(environment, integration, id)
    if (connection === undefined) {
      const nothing = ids.length > 1 ? '; none of the connections was changed' : ''
      throw new AppError(
        'unknown_connection',
        `integration '${integration}' has no connection '${id}'${nothing}`,
      )
    }
    checkSize('metadata', metadataOf(connection.metadata))
  }
  const updatedAt = new Date().toISOString()
  for (const id of ids) {
    await catalog.connections.update(
      (present) => {
        const metadata = metadataOf(present.metadata)
        checkSize('metadata', metadata)
        return { ...present, metadata, updatedAt }
      },
      environment,
      integration,
      id,
    )
  }
}
