import type { Outgoing } from '@syncline/outgoing'
import type { LocksClient, RecordsClient, Runner, RunsClient } from '@syncline/proto'
import type { DeadlineOptions } from '@syncline/rpc'
import type { Sandboxes } from '@syncline/sandbox'
import type { ActiveAttempt } from './active-attempts.ts'
import type { ApiWaits } from './api-waits.ts'
import type { Attempt } from './attempt.ts'
import type { EnvironmentCalls } from './environment-calls.ts'
import type { Events } from './events.ts'
import type { AttemptRecord } from './facts/attempt-record.ts'
import type { Heartbeats } from './heartbeats.ts'
import type { Work, WorkLoader } from './load-work.ts'
import type { LogSender } from './log-sender.ts'
import type { Parking } from './parking.ts'
import type { RunLog } from './run-log.ts'
import type { Saves } from './saves.ts'

/** What all attempts of this process share. */
export interface RunnerDeps {
  sandboxes: Sandboxes
  scheduler: RunsClient<DeadlineOptions>
  records: RecordsClient
  locks: LocksClient<DeadlineOptions>
  calls: EnvironmentCalls
  logs: LogSender
  heartbeats: Heartbeats
  outgoing: Outgoing
  loader: WorkLoader
  events: Events
  parking: Parking
  /** This process, as others know it. */
  runner: Runner
  leaseMs: number
  /** Aborts when this process waits for nothing any more. */
  closing: AbortSignal
}

/** What belongs to one attempt while it works. */
export interface RunContext {
  deps: RunnerDeps
  active: ActiveAttempt
  attempt: Attempt
  work: Work
  log: RunLog
  saves: Saves
  record: AttemptRecord
  waits: ApiWaits
  /** The function has made a call, or written a line. */
  speaks: () => void
  /** Of `active`: aborts when the attempt has ended, or has to stop; its reason says why. */
  signal: AbortSignal
}
