import { repeat } from '@syncline/async'
import { type Bus, publish, subjects } from '@syncline/bus'
import type { Catalog, Connection } from '@syncline/catalog'
import { cloudEvent, type EventType, eventTokens } from '@syncline/events'

const EVERY_MS = 60_000
const RETRY_MS = 5_000

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
  const waiting = new Map(unpublished(catalog.connections.list()).map((it) => [it.uid, it]))
  const job = async (signal: AbortSignal) => {
    for (const [uid, connection] of waiting) {
      if (signal.aborted) return
      await publishEvent(bus, catalog, connection)
      if (waiting.get(uid) === connection) waiting.delete(uid)
    }
    // A comparison of the catalog may have found one that no change has told of.
    for (const connection of unpublished(catalog.connections.list())) waiting.set(connection.uid, connection)
    return waiting.size > 0
  }
  const publishing = repeat(EVERY_MS, job, { onFailure, retryMs: RETRY_MS })
  catalog.onChange((change) => {
    if (change.kind !== 'connection' || change.deleted || !change.value.unpublished) return
    waiting.set(change.value.uid, change.value)
    publishing.wake()
  })
  return publishing
}

async function publishEvent(bus: Bus, catalog: Catalog, connection: Connection): Promise<void> {
  const { environment, integration, id: connectionId, uid, unpublished: event } = connection
  if (!event) return
  const id = `${uid}.${event.kind}.${event.at}`
  const type = `connection.${event.kind}` satisfies EventType
  const data = { provider_config_key: integration, connection_id: connectionId, reason: event.reason }
  const message = cloudEvent({ id, type, environment, at: Date.parse(event.at), data })
  await publish(bus, subjects.event, eventTokens({ type, environment }), message, { id })
  await withoutEvent(catalog, connection)
}

/** Of a connection that has the event still: another one may have followed, or somebody has deleted the connection. */
async function withoutEvent(
  catalog: Catalog,
  { environment, integration, id, uid, unpublished }: Connection,
): Promise<void> {
  const changed = new Error('changed meanwhile')
  try {
    await catalog.connections.upsert(
      (present) => {
        if (present?.uid !== uid || present.unpublished?.at !== unpublished?.at) throw changed
        const { unpublished: _, ...rest } = present
        return rest
      },
      environment,
      integration,
      id,
    )
  } catch (error) {
    if (error !== changed) throw error
  }
}

const unpublished = (connections: Connection[]) => connections.filter((it) => it.unpublished !== undefined)
