import type { CheckpointMethods } from '@syncline/function-types'
import { checkpointJson } from '../host/checkpoint-json.ts'
import type { CallHost } from '../host/host-api.ts'

export function checkpointMethods(callHost: CallHost): CheckpointMethods {
  return {
    getCheckpoint: async () => {
      const { json } = await callHost('getCheckpoint', null)
      return json === '' ? null : JSON.parse(json)
    },
    saveCheckpoint: async (checkpoint) => {
      await callHost('saveCheckpoint', { json: checkpointJson(checkpoint) })
    },
    clearCheckpoint: async () => {
      await callHost('saveCheckpoint', { json: '' })
    },
  }
}
