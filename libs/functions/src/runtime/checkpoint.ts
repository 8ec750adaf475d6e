import type { NangoSync } from '@syncline/sdk/function'
import { checkpointJson } from './checkpoint-json.ts'
import type { Ask } from './typed-host.ts'

export function checkpointMethods(
  ask: Ask,
): Pick<NangoSync, 'getCheckpoint' | 'saveCheckpoint' | 'clearCheckpoint'> {
  return {
    getCheckpoint: async () => {
      const { json } = await ask('getCheckpoint', null)
      return json === '' ? null : JSON.parse(json)
    },
    saveCheckpoint: async (checkpoint) => {
      await ask('saveCheckpoint', { json: checkpointJson(checkpoint) })
    },
    clearCheckpoint: async () => {
      await ask('saveCheckpoint', { json: '' })
    },
  }
}
