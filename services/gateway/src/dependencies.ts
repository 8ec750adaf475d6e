import type { ActionCalls, ActionStore } from '@syncline/actions'
import type { Catalog, Keyring } from '@syncline/catalog'
import type { Limits } from '@syncline/frequency'
import type { Outgoing } from '@syncline/outgoing'
import type { ActionCall, RecordsClient, RunFactsClient } from '@syncline/proto'
import type { Health } from '@syncline/service'
import type { Commands } from './commands.ts'
import type { Facts } from './doctor/facts.ts'
import type { Events } from './events.ts'
import type { Idempotency } from './http/idempotency.ts'
import type { KeyLimits } from './http/key-limits.ts'
import type { RateLimit } from './http/rate-limit.ts'
import type { KeyUse } from './key-use.ts'
import type { LastFetched } from './last-fetched.ts'
import type { PreviewCalls } from './preview-calls.ts'
import type { ProxySlots } from './rules/proxy-slots.ts'
import type { SchedulerCalls } from './scheduler-calls.ts'
import type { LoginLimits } from './sessions/login-limits.ts'
import type { Sessions } from './sessions/sessions.ts'

/** What the handlers work with; each takes what it needs of it. */
export interface Dependencies {
  catalog: Catalog
  keyring: Keyring
  records: RecordsClient<{ deadline?: number }>
  runFacts: RunFactsClient<{ deadline?: number }>
  scheduler: SchedulerCalls
  commands: Commands
  actions: {
    calls: ActionCalls
    store: ActionStore
    /** Puts an asynchronous one into the queue of its environment: durable when it returns. */
    enqueue: (call: ActionCall) => Promise<void>
    timeoutMs: number
  }
  previews: PreviewCalls
  outgoing: Outgoing
  proxy: { slots: ProxySlots; answerMs: number; wholeMs: number }
  lastFetched: LastFetched
  health: () => Promise<Health>
  /** Asks every part of the system, for `GET /doctor`. */
  inspect: (environment: string) => Promise<Facts>
  /** Opens the routes of environments and keys; undefined = nobody may call them. */
  adminKey: string | undefined
  keyLimits: KeyLimits
  sessions: Sessions
  loginLimits: LoginLimits
  keyUse: KeyUse
  idempotency: Idempotency
  events: Events
  /** Limits how often NATS is asked about keys that the copy of the catalog lacks. */
  keyLookups: RateLimit
  limits: { records: number; frequency: Limits }
}
