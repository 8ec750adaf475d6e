import type { CheckpointMethods } from '@syncline/function-types'
import { checkpointJson } from '../host/checkpoint-json.ts'
import type { CallHost } from '../host/host-api.ts'
import type { UnresolvedFailures } from './unresolved-failures.ts'

export function checkpointMethods(callHost: CallHost, failures: UnresolvedFailures): CheckpointMethods {
  return {
    getCheckpoint: async () => {
      const { json } = await callHost('getCheckpoint', null)
      return json === '' ? null : JSON.parse(json)
    },
    saveCheckpoint: async (checkpoint) => {
      await callHost('saveCheckpoint', { json: checkpointJson(checkpoint), incomplete: failures.incomplete })
    },
    clearCheckpoint: async () => {
      await callHost('saveCheckpoint', { json: '', incomplete: failures.incomplete })
    },
  }
}
