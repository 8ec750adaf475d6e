import type { Outgoing } from '@syncline/outgoing'
import type { RecordsClient } from '@syncline/proto'
import type { Sandboxes } from '@syncline/sandbox'
import type { Events } from '../events.ts'
import type { WorkLoader } from '../load-work.ts'
import type { LogSender } from '../log-sender.ts'

/** What all actions of this process share. */
export interface ActionDeps {
  sandboxes: Sandboxes
  outgoing: Outgoing
  loader: WorkLoader
  records: RecordsClient
  logs: LogSender
  events: Events
}
