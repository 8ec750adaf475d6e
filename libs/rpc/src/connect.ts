import './backpressure.ts'
import { AppError, codes, type ErrorCode } from '@syncline/errors'
import { type CheckHealthResponse, HealthDefinition } from '@syncline/proto'
import {
  type CallOptions,
  type Client,
  ClientError,
  type ClientMiddlewareCall,
  type CompatServiceDefinition,
  createChannel,
  createClientFactory,
  Status,
} from 'nice-grpc'
import { type DeadlineOptions, deadlineMiddleware } from 'nice-grpc-client-middleware-deadline'
import { failWhileUnhealthy } from './fail-while-unhealthy.ts'
import { CODE_TRAILER, channelOptions } from './limits.ts'
import { withOneWriter } from './one-writer.ts'
import { stickyPolicy } from './sticky-balancer.ts'
import { addStreamKey } from './stream-key.ts'

const DEADLINE_MS = 30_000

/** One channel to all instances of an address; clients of several services share it. */
export interface Connection extends Disposable {
  client<Service extends CompatServiceDefinition>(definition: Service): Client<Service, DeadlineOptions>
  /** Fails if the service does not answer, or says that something it depends on does not. */
  checkHealth(signal: AbortSignal): Promise<void>
  /** What one instance says of itself, its health included. Fails if none answers. */
  describe(signal: AbortSignal): Promise<CheckHealthResponse>
}

/**
 * `address` is `host:port`. If the host is a DNS name with several addresses (a scaled service), all calls about a stream
 * go to one instance while it is ready, and other calls go to all instances in turn. A call ends after `deadline` (a call
 * option, default 30 s). It fails with an AppError: the server's own, `unavailable` or `deadline_exceeded`. Nothing is
 * retried here: the caller knows what may be repeated. With `failFast`, a call fails within 5 s while its server is not healthy.
 */
export function connect(address: string, { failFast = false } = {}): Connection {
  const channel = createChannel(`dns:${address}`, undefined, {
    ...channelOptions,
    'grpc.service_config': JSON.stringify({ loadBalancingConfig: [stickyPolicy()] }),
    // A server that is back is found within a second, not after minutes of back-off.
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 1000,
    'grpc.dns_min_time_between_resolutions_ms': 1000,
    'grpc.keepalive_time_ms': 10_000,
    'grpc.keepalive_timeout_ms': 5000,
  })
  // The last one is called first: it translates the error of a deadline too.
  const clients = createClientFactory().use(addStreamKey).use(deadlineMiddleware).use(translateErrors)
  const health = clients.create(withOneWriter(HealthDefinition), channel, { '*': { deadline: DEADLINE_MS } })
  const describe = (signal: AbortSignal) => health.checkHealth({}, { signal }).catch(aliveIfOlder)
  const checkHealth = async (signal: AbortSignal) => {
    const { checks } = await describe(signal)
    const failing = Object.entries(checks).filter(([, state]) => state !== 'ok')
    if (failing.length === 0) return
    throw new AppError('unavailable', failing.map(([name, state]) => `${name}: ${state}`).join('; '))
  }
  const factory = failFast ? clients.use(failWhileUnhealthy(checkHealth)) : clients
  return {
    // '*' means every method; the type of a generic definition has no such key.
    client: (definition) =>
      factory.create(withOneWriter(definition), channel, { '*': { deadline: DEADLINE_MS } } as never),
    checkHealth,
    describe,
    [Symbol.dispose]: () => channel.close(),
  }
}

/** A build that does not know the call yet has answered all the same. */
function aliveIfOlder(error: unknown): CheckHealthResponse {
  const cause = error instanceof AppError ? error.cause : undefined
  if (cause instanceof ClientError && cause.code === Status.UNIMPLEMENTED)
    return { checks: {}, version: '', node: '', nowMs: 0 }
  throw error
}

async function* translateErrors<Request, Response>(
  call: ClientMiddlewareCall<Request, Response>,
  options: CallOptions,
) {
  let code: string | undefined
  const onTrailer: CallOptions['onTrailer'] = (trailer) => {
    code = trailer.get(CODE_TRAILER)
    options.onTrailer?.(trailer)
  }
  try {
    return yield* call.next(call.request, { ...options, onTrailer })
  } catch (error) {
    if (!(error instanceof ClientError)) throw error
    throw new AppError(codeOf(code, error.code), messageOf(code, error), { cause: error })
  }
}

/** gRPC's text for a server that does not answer has its address and a socket error; people need the service's name. */
function messageOf(code: string | undefined, error: ClientError): string {
  if (code !== undefined) return error.details
  if (error.code === Status.RESOURCE_EXHAUSTED) return `${error.details}: send less at a time`
  if (error.code !== Status.UNAVAILABLE) return error.details
  const service = error.path.split(/[./]/).at(-2)
  return `${service} does not answer at the moment: try again`
}

function codeOf(code: string | undefined, status: Status): ErrorCode {
  if (code !== undefined && code in codes) return code as ErrorCode
  if (status === Status.UNAVAILABLE || status === Status.CANCELLED) return 'unavailable'
  if (status === Status.RESOURCE_EXHAUSTED) return 'body_too_large'
  if (status === Status.DEADLINE_EXCEEDED) return 'deadline_exceeded'
  return 'server_error'
}
