export { ActionStore } from './action-store.ts'
export { callSubject, freeSubject, MESSAGE_BYTES, SILENT_MS, TELL_EVERY_MS } from './messages.ts'
