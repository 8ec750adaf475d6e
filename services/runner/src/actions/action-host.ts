import { setTimeout as sleep } from 'node:timers/promises'
import type { Integration } from '@syncline/catalog'
import { type HostParams, parseParams } from '@syncline/functions'
import type { ConnectionPlace } from '@syncline/outgoing'
import type { HostCall, HostMethods } from '@syncline/sandbox'
import pLimit from 'p-limit'
import type { AttemptLocks } from '../attempt-locks.ts'
import { type ConnectionContext, connectionHost } from '../connection-host.ts'
import { CALLS_AT_ONCE, type EnvironmentContext, environmentHost } from '../environment-host.ts'
import { listRecords } from '../list-records.ts'
import { RequestLimit } from '../request-limit.ts'
import type { RunLog } from '../run-log.ts'
import type { ActionDeps } from './action-deps.ts'

interface Options extends Omit<ActionDeps, 'locks'> {
  locks: AttemptLocks
  /** Actions that have called each other up to this one. */
  depth: number
  place: ConnectionPlace & { uid: string }
  integration: Integration
  log: RunLog
  /** By the monotonic clock: when it has to have ended. */
  until: number
}

/** What the child of an action may ask for. Whose action it is comes from here, never from the child. */
export function createActionHost(options: Options): HostMethods {
  const { place, integration, outgoing, loader, locks, calls, log, until, depth } = options
  const context: SharedContext = {
    ...{ place, integration, outgoing, loader, locks, calls, until },
    callLimit: pLimit(CALLS_AT_ONCE),
    depth: depth + 1,
    lane: 'fresh',
    requests: new RequestLimit(),
    addWarning: (text) => log.add('warn', text),
    warned: new Set(),
    request: (work) => work(),
    // An action waits in its slot. A wait that is longer than it may take fails at once.
    async wait(ms, reason, _cause, signal) {
      if (performance.now() + ms > until) {
        throw new Error(
          `the API wants a wait of ${Math.ceil(ms / 1000)} s, and the action ends before: ${reason}`,
        )
      }
      await sleep(ms, undefined, { signal })
    },
  }
  const names = Object.keys(sharedHost) as SharedMethod[] // its own keys
  const shared = Object.fromEntries(names.map((name) => [name, methodOf(name, context)]))
  return { ...shared, listRecords: (raw, call) => listOfConnection(options, raw, call) }
}

/** Of what syncs have saved for the connection of the action, as the readers of the API find it. */
async function listOfConnection({ place, loader, records }: Options, raw: unknown, call: HostCall) {
  const params = parseParams('listRecords', raw)
  const { environment, integration, uid } = place
  const { model } = params
  const isKnown = loader.catalog.syncs
    .list(environment, integration)
    .some((sync) => sync.models.includes(model))
  if (!isKnown) throw new Error(`model '${model}': no sync of integration '${integration}' has it`)
  const stream = { environment, connection: uid, model, variant: 'base' }
  return listRecords(records, stream, params, call)
}

type SharedContext = ConnectionContext & EnvironmentContext
type SharedMethod = keyof typeof connectionHost | keyof typeof environmentHost

const sharedHost: {
  [Name in SharedMethod]: (
    context: SharedContext,
    params: HostParams[Name],
    call: HostCall,
  ) => Promise<unknown>
} = { ...connectionHost, ...environmentHost }

function methodOf<Name extends SharedMethod>(name: Name, context: SharedContext): HostMethods[string] {
  // Not async: see `callMethod` in host.ts.
  return (raw, call) => sharedHost[name](context, parseParams(name, raw), call)
}
