import type { NangoAction } from '@syncline/function-types'
import type { Host } from '@syncline/sandbox'
import { httpMethods } from './http.ts'
import { recordReads } from './records.ts'
import type { Facts } from './run-facts.ts'
import { sharedMembers } from './shared-members.ts'
import { tracedCalls } from './traced-calls.ts'
import { UnresolvedFailures } from './unresolved-failures.ts'

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
export function createActionNango(
  facts: Facts,
  host: Pick<Host, 'call' | 'log'>,
  scriptType: 'action' | 'on-event' = 'action',
): NangoAction {
  const callHost = tracedCalls(host)
  const warn = (text: string) => host.log('warn', text)
  return {
    ...refused,
    ...sharedMembers(scriptType, facts, callHost, host),
    actionId: facts.activityLogId,
    // Nothing is deleted for what an action could not read.
    ...httpMethods(callHost, facts, new UnresolvedFailures(), { warn, tracksDeletes: () => false }),
    ...recordReads(callHost),
  }
}
