import {
  DiscardPolicy,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  type StreamConfig,
} from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/nats-core'
import { connect, type NodeConnectionOptions } from '@nats-io/transport-node'
import { waitForServer, withTimeout } from '@syncline/async'
import { withoutSecrets } from '@syncline/errors'
import type { StreamName } from './subjects.ts'

const DAY_NS = 24 * 3600 * 1e9
const DRAIN_MS = 5000
/** JetStream's error for a stream that exists with other settings. */
const STREAM_DIFFERS = 10058
/** Commands of one environment that may wait: a further one is refused. */
const COMMANDS_MAX = 10_000
/** Events that are kept, of at most 7 days: about 1.6 GB. */
const EVENTS_MAX = 2_000_000

/** A connection to NATS with our streams in place. */
export interface Bus extends AsyncDisposable {
  connection: NatsConnection
  jetstream: JetStreamClient
  manager: JetStreamManager
  /** Begins every subject, and in upper case every stream and bucket. */
  prefix: string
  replicas: number
}

type StreamFacts = Pick<StreamConfig, 'subjects' | 'retention'> & Partial<StreamConfig>

const streams: Record<StreamName, StreamFacts> = {
  COMMANDS: {
    subjects: ['command.>'],
    retention: RetentionPolicy.Workqueue,
    max_msgs_per_subject: COMMANDS_MAX,
    discard: DiscardPolicy.New,
    discard_new_per_subject: true,
  },
  EVENTS: {
    subjects: ['event.>'],
    retention: RetentionPolicy.Limits,
    max_age: 7 * DAY_NS,
    max_msgs: EVENTS_MAX,
  },
}

/**
 * Waits up to 30 s for NATS to be there. From then on it reconnects for ever; while NATS is away, calls wait or fail
 * with their own deadlines.
 */
export async function connectBus(
  config: { url: string; prefix: string; replicas: number },
  name: string,
  waiting: { timeoutMs?: number } = {},
): Promise<Bus> {
  const servers = serversOf(config.url)
  const options = { name, maxReconnectAttempts: -1, reconnectTimeWait: 250, pingInterval: 10_000 }
  const connection = await waitForServer(
    `NATS at NATS_URL '${withoutSecrets(config.url)}'`,
    () => connect({ ...options, ...servers }),
    waiting,
  )
  await using open = new AsyncDisposableStack()
  open.defer(() => drained(connection))
  const manager = await jetstreamManager(connection)
  for (const [stream, facts] of Object.entries(streams)) {
    await ensureStream(manager, {
      ...facts,
      name: streamName(config.prefix, stream),
      subjects: facts.subjects.map((subject) => `${config.prefix}.${subject}`),
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

/** Updates the settings that an older version gave a stream. */
async function ensureStream(
  manager: JetStreamManager,
  stream: StreamFacts & { name: string },
): Promise<void> {
  try {
    await manager.streams.add(stream)
  } catch (error) {
    if (!(error instanceof JetStreamApiError && error.code === STREAM_DIFFERS)) throw error
    await manager.streams.update(stream.name, stream)
  }
}

/** The client reads no user and password out of URLs. Those of the first server count for all. */
function serversOf(urls: string): NodeConnectionOptions {
  try {
    const servers = urls
      .split(',')
      .map((text) => new URL(text.includes('://') ? text.trim() : `nats://${text.trim()}`))
    const user = decodeURIComponent(servers[0]?.username ?? '')
    const pass = decodeURIComponent(servers[0]?.password ?? '')
    const credentials = user === '' ? {} : pass === '' ? { token: user } : { user, pass }
    return { servers: servers.map(({ host }) => host), ...credentials }
  } catch {
    // Without its cause, which holds the text.
    throw new Error(
      `NATS_URL '${withoutSecrets(urls)}' must be a list of URLs such as nats://me:secret@host:4222, percent-encoded`,
    )
  }
}

/** Draining waits for an answer of the server: without a server, the connection is closed. */
async function drained(connection: NatsConnection): Promise<void> {
  await withTimeout(connection.drain(), DRAIN_MS, 'draining').catch(() => connection.close())
}
