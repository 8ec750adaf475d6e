import type { Connection } from '@syncline/catalog'
import type { Dependencies } from '../dependencies.ts'
import type { Handler } from '../http/handler.ts'

export const setMetadata: Handler<'setMetadata'> = async (dependencies, { environment, body }) => {
  await change(dependencies, environment, body, () => body.metadata)
  return body
}

export const updateMetadata: Handler<'updateMetadata'> = async (dependencies, { environment, body }) => {
  await change(dependencies, environment, body, ({ metadata }) => ({ ...metadata, ...body.metadata }))
  return body
}

/** All connections are looked up before any is changed. */
async function change(
  { catalog }: Dependencies,
  environment: string,
  body: { provider_config_key: string; connection_id: string | string[] },
  metadataOf: (present: Connection) => Record<string, unknown>,
): Promise<void> {
  const integration = body.provider_config_key
  const ids = [body.connection_id].flat()
  await catalog.integrations.get(environment, integration)
  for (const id of ids) await catalog.connections.get(environment, integration, id)
  const updatedAt = new Date().toISOString()
  for (const id of ids) {
    await catalog.connections.update(
      (present) => ({ ...present, metadata: metadataOf(present), updatedAt }),
      environment,
      integration,
      id,
    )
  }
}
