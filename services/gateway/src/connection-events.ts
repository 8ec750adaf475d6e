import { type Bus, publish, subjects } from '@syncline/bus'
import type { Catalog, Connection } from '@syncline/catalog'
import { cloudEvent, type EventType, eventTokens } from '@syncline/events'
import { changeIf, workOnConnections } from './work-on-connections.ts'

/**
 * Publishes what happened to the credentials of connections. A process that changes a connection stores the event with it; all gateways
 * publish it under the same message id, of which JetStream keeps one, and remove it from the connection. If one dies between the two,
 * the event is published again.
 */
export function publishConnectionEvents(
  bus: Bus,
  catalog: Catalog,
  onFailure: (error: unknown) => void,
): AsyncDisposable {
  return workOnConnections(catalog, {
    isWaiting: ({ unpublished }) => unpublished !== undefined,
    work: (connection) => publishEvent(bus, catalog, connection),
    onFailure,
  })
}

async function publishEvent(bus: Bus, catalog: Catalog, connection: Connection): Promise<void> {
  const { environment, integration, id: connectionId, uid, unpublished: event } = connection
  if (!event) return
  const id = `${uid}.${event.kind}.${event.at}`
  const type = `connection.${event.kind}` satisfies EventType
  const data = { provider_config_key: integration, connection_id: connectionId, reason: event.reason }
  const message = cloudEvent({ id, type, environment, at: Date.parse(event.at), data })
  await publish(bus, subjects.event, eventTokens({ type, environment }), message, { id })
  // Another one may have followed.
  await changeIf(
    catalog,
    connection,
    ({ unpublished }) => unpublished?.at === event.at,
    ({ unpublished: _, ...rest }) => rest,
  )
}
