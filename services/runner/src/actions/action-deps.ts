import type { Outgoing } from '@syncline/outgoing'
import type { LocksClient, RecordsClient } from '@syncline/proto'
import type { DeadlineOptions } from '@syncline/rpc'
import type { Sandboxes } from '@syncline/sandbox'
import type { EnvironmentCalls } from '../environment-calls.ts'
import type { Events } from '../events.ts'
import type { WorkLoader } from '../load-work.ts'
import type { LogSender } from '../log-sender.ts'

/** What all actions of this process share. */
export interface ActionDeps {
  sandboxes: Sandboxes
  outgoing: Outgoing
  loader: WorkLoader
  records: RecordsClient
  locks: LocksClient<DeadlineOptions>
  calls: EnvironmentCalls
  logs: LogSender
  events: Events
}
