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
import type { ConnectionOptions, NatsConnection } from '@nats-io/nats-core'
import { connect } from '@nats-io/transport-node'
import { waitForServer, withTimeout } from '@syncline/async'
import { withoutSecrets } from '@syncline/errors'
import { type NatsAddress, natsOptions } from './nats-options.ts'
import { natsRefusal } from './nats-refusal.ts'
import type { StreamName } from './subjects.ts'

const DAY_NS = 24 * 3600 * 1e9
const DRAIN_MS = 5000
const RECONNECT_MS = 250
/** A REST call gets its error within 5 s while NATS is away. */
const REQUEST_TIMEOUT_MS = 4000
/** JetStream's error for a stream that exists with other settings. */
const STREAM_DIFFERS = 10058
/** Commands of one environment that may wait: a further one is refused. */
const COMMANDS_MAX = 10_000
/** Asynchronous actions of one environment that may wait: a further one is refused. */
const ACTIONS_MAX = 1000
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
  ACTIONS: {
    subjects: ['action.>'],
    retention: RetentionPolicy.Workqueue,
    max_msgs_per_subject: ACTIONS_MAX,
    max_age: DAY_NS,
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
 * Waits up to 30 s for NATS to be there; one that refuses the login or has a certificate that is not trusted is an error at
 * once, which says what to set. From then on it reconnects for ever; while NATS is away, calls wait or fail with their own
 * deadlines.
 */
export async function connectBus(
  config: NatsAddress & { prefix: string; replicas: number },
  name: string,
  waiting: { timeoutMs?: number } = {},
): Promise<Bus> {
  const address = natsOptions(config)
  const options: ConnectionOptions = {
    name,
    maxReconnectAttempts: -1,
    // Its own wait compares instants of the wall clock: after that was set back, it would not connect until the clock has come so far
    // again. So it does not wait, and we do.
    reconnectDelayHandler: () => Number.NEGATIVE_INFINITY,
    reconnectToServer: ([server], info) =>
      server ? { server, delay: info === null ? 0 : RECONNECT_MS } : null,
    pingInterval: 10_000,
    // A login that is refused after a reconnect may be one whose renewal is under way.
    ignoreAuthErrorAbort: true,
  }
  const server = `NATS at NATS_URL '${withoutSecrets(config.url)}'`
  const ask = async () => {
    // One that would reconnect hides what the server has against us, when it says so only after the TLS handshake.
    const trial = await connect({ name, ...address, reconnect: false })
    await trial.close()
    return connect({ ...options, ...address })
  }
  const connection = await waitForServer(server, ask, {
    ...waiting,
    temporary: (error) => natsRefusal(error) === undefined,
  }).catch((cause) => {
    const refusal = natsRefusal(cause)
    throw refusal === undefined ? cause : new Error(`${server} ${refusal}`, { cause })
  })
  await using open = new AsyncDisposableStack()
  open.defer(() => drained(connection))
  const manager = await jetstreamManager(connection, { timeout: REQUEST_TIMEOUT_MS })
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
    jetstream: jetstream(connection, { timeout: REQUEST_TIMEOUT_MS }),
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

/** Draining waits for an answer of the server: without a server, the connection is closed. */
async function drained(connection: NatsConnection): Promise<void> {
  await withTimeout(connection.drain(), DRAIN_MS, 'draining').catch(() => connection.close())
}
