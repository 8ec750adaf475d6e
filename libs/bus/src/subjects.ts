import { Command, ConnectionEvent, RunFinished, RunRequested } from '@syncline/proto'

/** What a subject carries. The names of JetStream streams and subjects get the bus's prefix. */
export interface Subject<T> {
  name: string
  stream: StreamName
  codec: { encode(message: T): { finish(): Uint8Array }; decode(bytes: Uint8Array): T }
}

export type StreamName = 'COMMANDS' | 'RUNS' | 'EVENTS'

export const subjects = {
  /** `command.<environment>`: a queue for each environment, see consumeQueues. */
  command: { name: 'command', stream: 'COMMANDS', codec: Command } satisfies Subject<Command>,
  /** `run.requested.<environment>` */
  runRequested: {
    name: 'run.requested',
    stream: 'RUNS',
    codec: RunRequested,
  } satisfies Subject<RunRequested>,
  /** `event.run.finished.<environment>` */
  runFinished: {
    name: 'event.run.finished',
    stream: 'EVENTS',
    codec: RunFinished,
  } satisfies Subject<RunFinished>,
  /** `event.connection.<environment>` */
  connectionEvent: {
    name: 'event.connection',
    stream: 'EVENTS',
    codec: ConnectionEvent,
  } satisfies Subject<ConnectionEvent>,
}
