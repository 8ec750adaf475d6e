export type { ActionDefinition } from './action-definition.ts'
export type { CheckpointMethods } from './checkpoint-methods.ts'
export type { ConnectionMethods, FunctionConnection, FunctionIntegration } from './connection-methods.ts'
export { ActionError, createAction, createOnEvent, createSync } from './definitions.ts'
export type { FunctionFacts } from './function-facts.ts'
export type {
  HttpMethods,
  HttpRequest,
  HttpResponse,
  Pagination,
  ProxyConfiguration,
} from './http-methods.ts'
export type { LockMethods } from './lock-methods.ts'
export type { LogLevel, LogMethods } from './log-methods.ts'
export type { ModelSchema, Models } from './models.ts'
export type { NangoAction } from './nango-action.ts'
export type { NangoSync, SyncConfig } from './nango-sync.ts'
export { type ConnectionEvent, connectionEvents, type OnEventDefinition } from './on-event-definition.ts'
export type { DeleteOptions, RecordMethods, RecordReads } from './record-methods.ts'
export type { SyncDefinition } from './sync-definition.ts'
export type { SyncRef, TriggerMethods, TriggerMode } from './trigger-methods.ts'
