import type { Bus } from '@syncline/bus'
import type { Outgoing } from '@syncline/outgoing'
import type { RecordsClient, RunsClient } from '@syncline/proto'
import type { Sandboxes } from '@syncline/sandbox'
import type { ApiWaits } from './api-waits.ts'
import type { Attempt } from './attempt.ts'
import type { Events } from './events.ts'
import type { Work, WorkLoader } from './load-work.ts'
import type { Parking } from './parking.ts'
import type { RunLog } from './run-log.ts'
import type { Saves } from './saves.ts'

/** What all attempts of this process share. */
export interface RunnerDeps {
  bus: Bus
  sandboxes: Sandboxes
  scheduler: RunsClient
  records: RecordsClient
  outgoing: Outgoing
  loader: WorkLoader
  events: Events
  parking: Parking
  leaseMs: number
}

/** What belongs to one attempt while it works. */
export interface RunContext {
  deps: RunnerDeps
  attempt: Attempt
  work: Work
  log: RunLog
  saves: Saves
  waits: ApiWaits
  /** Aborts when the attempt has to stop; its reason says why. */
  signal: AbortSignal
  /** Stops the attempt: another one has taken the run over. */
  stop: (reason: Error) => void
}
