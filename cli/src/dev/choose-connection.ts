import { type Syncline, SynclineError } from '@syncline/sdk'

export type ChosenConnection = { connection: string } | { reason: string }

/** The connection that dev runs syncs of an integration on: the one that was named, or the only one. */
export async function chooseConnection(
  client: Syncline,
  integration: string,
  named: string | undefined,
  options: { signal: AbortSignal },
): Promise<ChosenConnection> {
  if (named !== undefined) {
    const found = await client.connections
      .get({ providerConfigKey: integration, connectionId: named }, options)
      .catch((error: unknown) => {
        if (!(error instanceof SynclineError) || error.status !== 404) throw error
        return undefined
      })
    return found
      ? { connection: named }
      : { reason: `integration '${integration}' has no connection '${named}'` }
  }
  const { connections } = await client.connections.list({ integrationId: integration, limit: 2 }, options)
  const [only, other] = connections
  if (only === undefined) {
    return {
      reason: `integration '${integration}' has no connection: make one with \`syncline connection create ${integration}\``,
    }
  }
  if (other !== undefined) {
    return { reason: `integration '${integration}' has several connections: choose one with --on` }
  }
  return { connection: only.connection_id }
}
