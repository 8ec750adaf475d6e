import {
  ActionError,
  type ConnectionMethods,
  type FunctionFacts,
  type LockMethods,
  type LogMethods,
  type TriggerMethods,
} from '@syncline/function-types'
import type { Host } from '@syncline/sandbox'
import type { CallHost } from '../host/host-api.ts'
import { connectionMethods } from './connection.ts'
import { lockMethods } from './locks.ts'
import { logMethods } from './log.ts'
import type { Facts } from './run-facts.ts'
import { triggerMethods } from './triggers.ts'

type Shared = ConnectionMethods & LockMethods & LogMethods & TriggerMethods & FunctionFacts

/** What the objects of syncs and of actions have in common, apart from requests and records. */
export function sharedMembers(
  scriptType: FunctionFacts['scriptType'],
  facts: Facts,
  callHost: CallHost,
  host: Pick<Host, 'log'>,
): Shared {
  return {
    scriptType,
    connectionId: facts.connectionId,
    providerConfigKey: facts.providerConfigKey,
    provider: facts.provider,
    environmentName: facts.environmentName,
    environmentId: facts.environmentId,
    accountId: 0,
    nangoConnectionId: facts.nangoConnectionId,
    activityLogId: facts.activityLogId,
    isCLI: false,
    runnerFlags: {},
    ActionError,
    ...connectionMethods(callHost, facts),
    ...lockMethods(callHost),
    ...triggerMethods(callHost),
    ...logMethods(host, facts.logLevel),
  }
}
