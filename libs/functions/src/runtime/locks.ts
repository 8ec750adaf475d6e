import type { LockMethods } from '@syncline/function-types'
import type { CallHost } from '../host/host-api.ts'

export function lockMethods(callHost: CallHost): LockMethods {
  return {
    tryAcquireLock: async ({ key, ttlMs }) => callHost('tryAcquireLock', { key, ttlMs }),
    releaseLock: async ({ key }) => callHost('releaseLock', { key }),
    releaseAllLocks: async () => void (await callHost('releaseAllLocks', null)),
  }
}
