export { ActionCalls } from './action-calls.ts'
export { actionError } from './action-error.ts'
export { actionInput } from './action-input.ts'
export { ActionStore, type Claim } from './action-store.ts'
export {
  freeSubject,
  MESSAGE_BYTES,
  offerSubject,
  RESERVED_MS,
  SILENT_MS,
  TELL_EVERY_MS,
} from './messages.ts'
