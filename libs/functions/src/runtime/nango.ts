import type { Host } from '@syncline/sandbox'
import { ActionError, type NangoSync } from '@syncline/sdk/function'
import { checkpointMethods } from './checkpoint.ts'
import { connectionMethods } from './connection.ts'
import { httpMethods } from './http.ts'
import { logMethods } from './log.ts'
import { paginate } from './paginate.ts'
import type { RunFacts } from './program.ts'
import { recordMethods } from './records.ts'
import { typedHost } from './typed-host.ts'
import { unsupported } from './unsupported.ts'

/** The object that a sync function works with. */
export function createNango(facts: RunFacts, host: Host): NangoSync {
  const ask = typedHost(host)
  const http = httpMethods(ask, facts)
  return {
    ...unsupported,
    connectionId: facts.connectionId,
    providerConfigKey: facts.providerConfigKey,
    provider: facts.provider,
    environmentName: facts.environmentName,
    syncId: facts.syncId,
    syncJobId: facts.syncJobId,
    variant: facts.variant,
    lastSyncDate: facts.lastSyncDate === null ? undefined : new Date(facts.lastSyncDate),
    ActionError,
    ...http,
    paginate: (request) => paginate(request, facts.pagination, http.proxy),
    ...recordMethods(ask),
    ...checkpointMethods(ask),
    ...connectionMethods(ask, facts),
    ...logMethods(host),
  }
}
