import type { SyncRef, TriggerMethods, TriggerMode } from '@syncline/function-types'
import type { CallHost } from '../host/host-api.ts'
import { parseJson } from './parse-json.ts'

export function triggerMethods(callHost: CallHost): TriggerMethods {
  return {
    triggerSync: async (providerConfigKey, connectionId, sync, mode) => {
      const syncs = namesOf(sync)
      await callHost('triggerSync', { providerConfigKey, connectionId, syncs, ...modeOf(mode) })
    },
    startSync: async (providerConfigKey, sync, connectionId = '') => {
      await callHost('startSync', { providerConfigKey, connectionId, syncs: namesOf(sync) })
    },
    triggerAction: async (providerConfigKey, connectionId, action, input) => {
      const json = input === undefined ? undefined : JSON.stringify(input)
      const answer = await callHost('triggerAction', {
        providerConfigKey,
        connectionId,
        action,
        ...(json !== undefined && { input: json }),
      })
      if (answer.code !== '') throw new ActionFailed(answer)
      return parseJson(answer.json) as never // of the type that the author expects
    },
  }
}

/**
 * `details`: what the action has thrown as `payload`, what its API answered as `upstream`, or what does not fit its schema as
 * `errors`.
 */
class ActionFailed extends Error {
  readonly code: string

  constructor({ code, message, json }: { code: string; message: string; json: string }) {
    super(message)
    this.name = 'ActionFailed'
    this.code = code
    if (json !== '') Object.assign(this, { details: JSON.parse(json) })
  }
}

function namesOf(sync: SyncRef | SyncRef[]) {
  return [sync].flat().map((each) => {
    if (typeof each !== 'string') return { name: each.name, variant: each.variant ?? 'base' }
    const [name = '', variant = 'base'] = each.split('::')
    return { name, variant }
  })
}

function modeOf(mode: TriggerMode = 'incremental'): { reset: boolean; emptyCache: boolean } {
  if (typeof mode === 'boolean') return { reset: mode, emptyCache: false }
  if (typeof mode === 'object') return { reset: mode.reset === true, emptyCache: mode.emptyCache === true }
  return { reset: mode !== 'incremental', emptyCache: mode === 'full_refresh_and_clear_cache' }
}
