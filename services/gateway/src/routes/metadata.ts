import { setMetadata, updateMetadata } from '@syncline/api'
import type { Connection } from '@syncline/catalog'
import type { App } from '../app.ts'
import type { Dependencies } from '../dependencies.ts'

type Metadata = Record<string, unknown>

export function metadataRoutes(app: App, { catalog }: Dependencies) {
  /** All connections are looked up before any is changed. */
  async function change(
    environment: string,
    body: { provider_config_key: string; connection_id: string | string[] },
    metadataOf: (present: Connection) => Metadata,
  ) {
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

  app.route({
    ...setMetadata,
    handler: async ({ environment, body }, reply) => {
      await change(environment, body, () => body.metadata)
      return reply.code(201).send(body)
    },
  })

  app.route({
    ...updateMetadata,
    handler: async ({ environment, body }) => {
      await change(environment, body, ({ metadata }) => ({ ...metadata, ...body.metadata }))
      return body
    },
  })
}
