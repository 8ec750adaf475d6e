import type { Action, Connection } from '@syncline/catalog'
import type { ActionCall } from '@syncline/proto'

const NOTHING = Buffer.alloc(0)

/** A call of a function that runs at a moment of a connection. */
export function onEventCall(
  { environment, integration, id: connectionId, uid }: Connection,
  call: Pick<ActionCall, 'id' | 'action' | 'timeoutMs' | 'maxRetries'> & Partial<ActionCall>,
): ActionCall {
  return {
    environment,
    providerConfigKey: integration,
    connectionId,
    connectionUid: uid,
    input: NOTHING,
    inputStored: false,
    triedConnection: NOTHING,
    depth: 0,
    ...call,
  }
}

/** Their functions, in the order of their names. */
export function functionsOf(actions: Action[], event: NonNullable<Action['event']>): Action[] {
  return actions.filter((action) => action.event === event).sort((a, b) => (a.name < b.name ? -1 : 1))
}
