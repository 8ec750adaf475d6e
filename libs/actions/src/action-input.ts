import type { ActionStore } from './action-store.ts'
import { MESSAGE_BYTES } from './messages.ts'

/** An input as a call carries it: one that is too large for a message goes through the store. */
export async function actionInput(store: ActionStore, id: string, input: Uint8Array) {
  if (input.length <= MESSAGE_BYTES) return { input, inputStored: false }
  await store.putInput(id, input)
  return { input: Buffer.alloc(0), inputStored: true }
}
