import type { DeletionCalls } from '@syncline/api'
import type { Connection } from '@syncline/catalog'
import { deleteAll } from '../delete-all.ts'
import type { Dependencies } from '../dependencies.ts'
import { functionsOf } from './on-event-call.ts'
import { runOnEvents } from './run-on-events.ts'

const EVENT = 'pre-connection-deletion'
/** Functions that run at the same time: other calls of the environment need slots of runners, too. */
const AT_ONCE = 10
/** After that none is begun: somebody waits for the answer. */
const FUNCTIONS_MS = 60_000
/** Failures that the answer names; the log has all. */
const NAMED_FAILURES = 100

type Deps = Pick<Dependencies, 'actions' | 'events'> & {
  catalog: Pick<Dependencies['catalog'], 'actions' | 'connections'>
}

/**
 * Deletes connections of an environment, each as soon as its functions have ended, however they end. When the time for all functions has passed,
 * the others are deleted without.
 *
 * If we die meanwhile, the same request can be sent again and goes on with the connections that are left. Functions of those that
 * were just about to be deleted run a second time then.
 *
 * @returns Undefined: there are no functions.
 */
export async function deleteConnections(
  dependencies: Deps,
  environment: string,
  connections: Connection[],
  { functionsMs = FUNCTIONS_MS } = {},
): Promise<DeletionCalls | undefined> {
  const { catalog, events } = dependencies
  const countOf = (integration: string) =>
    functionsOf(catalog.actions.list(environment, integration), EVENT).length
  const integrations = new Set(connections.map(({ integration }) => integration))
  const most = Math.max(0, ...[...integrations].map(countOf))
  const identityOf = ({ integration, id }: Connection) => [environment, integration, id]
  if (most === 0) {
    await deleteAll(catalog.connections, connections, identityOf)
    return undefined
  }
  const calls: DeletionCalls = { done: 0, failed: 0, skipped: 0, failures: [] }
  const until = performance.now() + functionsMs
  const before = async (connection: Connection) => {
    if (performance.now() >= until) {
      calls.skipped += countOf(connection.integration)
      return
    }
    for (const { name, logId, error } of await runOnEvents(dependencies, connection, EVENT)) {
      if (!error) {
        calls.done++
        continue
      }
      calls.failed++
      if (calls.failures.length === NAMED_FAILURES) continue
      const { integration: provider_config_key, id: connection_id } = connection
      calls.failures.push({ provider_config_key, connection_id, name, log_id: logId, error: error.message })
    }
  }
  const atATime = Math.max(1, Math.floor(AT_ONCE / most))
  await deleteAll(catalog.connections, connections, identityOf, { atATime, before })
  const { failures: _, ...counts } = calls
  events.functionsBeforeDeletion({ environment, connections: connections.length, ...counts })
  return calls
}
