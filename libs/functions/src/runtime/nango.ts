import type { NangoSync } from '@syncline/function-types'
import type { Host } from '@syncline/sandbox'
import { checkpointMethods } from './checkpoint.ts'
import { httpMethods } from './http.ts'
import type { ModelChecks } from './model-checks.ts'
import type { ModelShapes } from './model-shapes.ts'
import { recordMethods } from './records.ts'
import type { RunFacts } from './run-facts.ts'
import { sharedMembers } from './shared-members.ts'
import { tracedCalls } from './traced-calls.ts'
import type { UnresolvedFailures } from './unresolved-failures.ts'

/** The object that a sync function works with. It notes in `failures` what the function could not read. */
export function createNango(
  facts: RunFacts,
  host: Pick<Host, 'call' | 'log'>,
  failures: UnresolvedFailures,
  saved: { checks: ModelChecks; shapes: ModelShapes },
): NangoSync {
  const callHost = tracedCalls(host)
  const warn = (text: string) => host.log('warn', text)
  let isTracking = false
  const onTrackDeletes = () => {
    isTracking = true
  }
  return {
    ...sharedMembers('sync', facts, callHost, host),
    syncId: facts.syncId,
    syncJobId: facts.syncJobId,
    variant: facts.variant,
    lastSyncDate: facts.lastSyncDate === null ? undefined : new Date(facts.lastSyncDate),
    syncConfig: facts.syncConfig,
    track_deletes: facts.syncConfig.track_deletes,
    emptyCache: facts.emptyCache,
    ...httpMethods(callHost, facts, failures, { warn, tracksDeletes: () => isTracking }),
    ...recordMethods(callHost, { failures, ...saved, warn, onTrackDeletes }),
    ...checkpointMethods(callHost, failures),
  }
}
