import type { Capacity } from '@syncline/proto'

/** What a part of the system has answered, and how long it took. */
export type Answered<T> = { kind: 'answered'; ms: number; answer: T } | { kind: 'failed'; error: string }

export interface RedisFacts {
  version: string
  /** Null: it does not say. */
  appendOnly: string | null
  appendFsync: string | null
  maxMemoryPolicy: string | null
  timeMs: number
}

export interface ServiceFacts {
  /** Of what it depends on. */
  checks: Record<string, string>
  /** Empty: an older build. */
  version: string
  node: string
  nowMs: number
}

/** Everything that `checksOf` judges. */
export interface Facts {
  version: string
  node: string
  nats: Answered<{ version: string }>
  redis: Answered<RedisFacts>
  records: Answered<ServiceFacts>
  scheduler: Answered<ServiceFacts>
  runners: Answered<Pick<Capacity, 'runners'>['runners']>
  /** How far a clock is ahead of this process's, in ms. */
  clocks: Record<string, number>
  /** Which key has sealed the check value of the catalog. */
  keyring: Answered<'current' | 'older' | 'none'>
}
