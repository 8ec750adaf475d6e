import { createHash } from 'node:crypto'
import { Command, RunFinished, RunRequested } from '@syncline/proto'

/** What a subject carries. The names of JetStream streams and subjects get the bus's prefix. */
export interface Subject<T> {
  name: string
  stream: StreamName
  codec: { encode(message: T): { finish(): Uint8Array }; decode(bytes: Uint8Array): T }
}

export type StreamName = 'COMMANDS' | 'RUNS' | 'EVENTS'

export const subjects = {
  /** `command.<partition>.<environment>` */
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
}

export const COMMAND_PARTITIONS = 8

/** Commands of one environment share a partition, and a partition is worked off one by one: so they keep their order. */
export function commandPartition(environment: string): number {
  return createHash('sha256').update(environment).digest().readUInt32BE() % COMMAND_PARTITIONS
}

/** Core NATS, empty message: a run's runner hears at once that the run was cancelled. */
export function runCancelled(bus: { prefix: string }, runId: string): string {
  return `${bus.prefix}.run.cancelled.${runId}`
}
