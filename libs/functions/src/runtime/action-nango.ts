import { ActionError, type NangoAction } from '@syncline/function-types'
import type { Host } from '@syncline/sandbox'
import { connectionMethods } from './connection.ts'
import { httpMethods } from './http.ts'
import { logMethods } from './log.ts'
import { recordReads } from './records.ts'
import type { ActionFacts } from './run-facts.ts'
import { tracedCalls } from './traced-calls.ts'
import { UnresolvedFailures } from './unresolved-failures.ts'
import { unsupported } from './unsupported.ts'

const ofSyncs = [
  ...['batchSave', 'batchSend', 'batchUpdate', 'batchDelete'],
  ...['setMergingStrategy', 'trackDeletesStart', 'trackDeletesEnd', 'deleteRecordsFromPreviousExecutions'],
  ...['getCheckpoint', 'saveCheckpoint', 'clearCheckpoint'],
]

const refused = Object.fromEntries(
  ofSyncs.map((name) => [
    name,
    () =>
      Promise.reject(
        new Error(`nango.${name} is for syncs: an action writes no records and has no checkpoint`),
      ),
  ]),
)

/** The object that an action works with. */
export function createActionNango(facts: ActionFacts, host: Pick<Host, 'call' | 'log'>): NangoAction {
  const callHost = tracedCalls(host)
  const warn = (text: string) => host.log('warn', text)
  return {
    ...unsupported,
    ...refused,
    connectionId: facts.connectionId,
    providerConfigKey: facts.providerConfigKey,
    provider: facts.provider,
    environmentName: facts.environmentName,
    actionId: facts.actionId,
    ActionError,
    // Nothing is deleted for what an action could not read.
    ...httpMethods(callHost, facts, new UnresolvedFailures(), { warn, tracksDeletes: () => false }),
    ...connectionMethods(callHost, facts),
    ...recordReads(callHost),
    ...logMethods(host),
  }
}
