import {
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
} from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/nats-core'
import { connect, type NodeConnectionOptions } from '@nats-io/transport-node'
import type { StreamName } from './subjects.ts'

const DAY_NS = 24 * 3600 * 1e9
const START_TIMEOUT_MS = 30_000
const START_RETRY_MS = 250

/** A connection to NATS with our streams in place. */
export interface Bus extends AsyncDisposable {
  connection: NatsConnection
  jetstream: JetStreamClient
  manager: JetStreamManager
  /** Begins every subject, and in upper case every stream and bucket. */
  prefix: string
  replicas: number
}

const streams: Record<StreamName, { subjects: string[]; retention: RetentionPolicy; max_age: number }> = {
  COMMANDS: { subjects: ['command.>'], retention: RetentionPolicy.Workqueue, max_age: 0 },
  RUNS: { subjects: ['run.requested.>'], retention: RetentionPolicy.Workqueue, max_age: 0 },
  EVENTS: { subjects: ['event.>'], retention: RetentionPolicy.Limits, max_age: 7 * DAY_NS },
}

/**
 * Waits up to 30 s for NATS to be there. From then on it reconnects for ever; while NATS is away, calls wait or fail
 * with their own deadlines.
 */
export async function connectBus(
  config: { url: string; prefix: string; replicas: number },
  name: string,
): Promise<Bus> {
  const connection = await firstConnection(config.url, {
    name,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    pingInterval: 10_000,
  })
  await using open = new AsyncDisposableStack()
  open.defer(() => drained(connection))
  const manager = await jetstreamManager(connection)
  for (const [stream, facts] of Object.entries(streams)) {
    await manager.streams.add({
      name: streamName(config.prefix, stream),
      subjects: facts.subjects.map((subject) => `${config.prefix}.${subject}`),
      retention: facts.retention,
      max_age: facts.max_age,
      num_replicas: config.replicas,
    })
  }
  const owned = open.move()
  return {
    connection,
    manager,
    jetstream: jetstream(connection),
    prefix: config.prefix,
    replicas: config.replicas,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

export function streamName(prefix: string, stream: string): string {
  return `${prefix}_${stream}`
}

async function firstConnection(url: string, options: NodeConnectionOptions): Promise<NatsConnection> {
  const deadline = Date.now() + START_TIMEOUT_MS
  for (;;) {
    try {
      return await connect({ ...options, servers: url.split(',') })
    } catch (cause) {
      if (Date.now() > deadline) throw new Error(`no NATS server answers at NATS_URL '${url}'`, { cause })
      await new Promise((resolve) => setTimeout(resolve, START_RETRY_MS))
    }
  }
}

/** Draining waits for an answer of the server; without a server there is nothing to drain. */
async function drained(connection: NatsConnection): Promise<void> {
  const late = setTimeout(() => void connection.close(), 5000)
  await connection.drain().catch(() => connection.close())
  clearTimeout(late)
}
