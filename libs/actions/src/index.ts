export { ActionCalls } from './action-calls.ts'
export { actionError } from './action-error.ts'
export { actionInput } from './action-input.ts'
export { ActionStore, type Claim, previewKey } from './action-store.ts'
export {
  type CallKind,
  cancelSubject,
  freeSubject,
  MESSAGE_BYTES,
  offerSubject,
  RESERVED_MS,
  SILENT_MS,
  TELL_EVERY_MS,
} from './messages.ts'
export { PreviewInput } from './preview-input.ts'
