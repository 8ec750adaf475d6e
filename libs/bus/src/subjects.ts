import { Event } from '@syncline/events'
import { ActionCall, Command } from '@syncline/proto'

/** What a subject carries. The names of JetStream streams and subjects get the bus's prefix. */
export interface Subject<T> {
  name: string
  stream: StreamName
  codec: { encode(message: T): { finish(): Uint8Array }; decode(bytes: Uint8Array): T }
}

export type StreamName = 'ACTIONS' | 'COMMANDS' | 'EVENTS'

export const subjects = {
  /** `command.<environment>`: a queue for each environment, see consumeQueues. */
  command: { name: 'command', stream: 'COMMANDS', codec: Command } satisfies Subject<Command>,
  /** `action.<environment>`: asynchronous actions, a queue for each environment. */
  action: { name: 'action', stream: 'ACTIONS', codec: ActionCall } satisfies Subject<ActionCall>,
  /** `event.<type>.<environment>`: JSON, see docs/reference/events.md. */
  event: {
    name: 'event',
    stream: 'EVENTS',
    codec: {
      encode: (event) => ({ finish: () => Buffer.from(JSON.stringify(event)) }),
      decode: (bytes) => Event.parse(JSON.parse(Buffer.from(bytes).toString())),
    },
  } satisfies Subject<Event>,
}
