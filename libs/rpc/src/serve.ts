import './backpressure.ts'
import { reusedFor } from '@syncline/async'
import { AppError, codes } from '@syncline/errors'
import { HealthDefinition } from '@syncline/proto'
import {
  type CallContext,
  createServer,
  type Server,
  ServerError,
  type ServerMiddlewareCall,
} from 'nice-grpc'
import { CODE_TRAILER, channelOptions } from './limits.ts'
import { withOneWriter } from './one-writer.ts'
import { widenServerWindows } from './server-window.ts'
import { cutOffSlowClients } from './slow-client.ts'
import { version } from './version.ts'

const STOP_TIMEOUT_MS = 10_000
/** A message of 1 MiB arrives in it on a line of 35 KB/s. */
const SLOW_CLIENT_MS = 30_000
const HEALTH_REUSED_MS = 1000

/**
 * A client resolves the name again when a connection ends, so a new instance gets its share within a minute. Calls in
 * flight go on.
 */
const connectionAge = { 'grpc.max_connection_age_ms': 60_000, 'grpc.max_connection_age_grace_ms': 600_000 }

/** By name of what the service depends on: `ok`, or what is wrong with it. */
type CheckHealth = () => Promise<Record<string, string>>

export interface RpcServer extends AsyncDisposable {
  port: number
  /** Answers callers that ask for the health of this service with `check`, at most once a second, and gives `check` back. */
  answerHealth(check: CheckHealth): CheckHealth
}

/**
 * Serves the services that `register` adds, on `address` (`host:port`, port 0 = any free one). An AppError reaches the
 * caller with its code. Any other error goes to `onFault`; the caller gets `server_error`. A streamed answer goes as fast
 * as its client takes it: the handler is asked for the next message when the client has taken the last one, and is closed
 * if the client takes none for `slowClientMs`.
 */
export async function serve(
  address: string,
  register: (server: Pick<Server, 'add'>) => void,
  onFault: (path: string, error: unknown) => void,
  { slowClientMs = SLOW_CLIENT_MS } = {},
): Promise<RpcServer> {
  widenServerWindows()
  const interceptors = [cutOffSlowClients(slowClientMs)]
  const server = createServer({ ...channelOptions, ...connectionAge, interceptors }).use((call, context) =>
    answer(call, context, onFault),
  )
  let checkHealth: CheckHealth = async () => ({})
  server.add(HealthDefinition, {
    checkHealth: async () => ({
      checks: await checkHealth(),
      ...{ version, node: process.versions.node, nowMs: Date.now() },
    }),
  })
  register({ add: (definition, implementation) => server.add(withOneWriter(definition), implementation) })
  const port = await server.listen(address)
  return {
    port,
    answerHealth(check) {
      checkHealth = reusedFor(HEALTH_REUSED_MS, check)
      return check
    },
    async [Symbol.asyncDispose]() {
      const force = setTimeout(() => server.forceShutdown(), STOP_TIMEOUT_MS)
      await server.shutdown().finally(() => clearTimeout(force))
    },
  }
}

async function* answer<Request, Response>(
  call: ServerMiddlewareCall<Request, Response>,
  context: CallContext,
  onFault: (path: string, error: unknown) => void,
) {
  try {
    return yield* call.next(call.request, context)
  } catch (error) {
    if (error instanceof ServerError || context.signal.aborted) throw error
    if (!(error instanceof AppError)) onFault(call.method.path, error)
    const known = error instanceof AppError ? error : new AppError('server_error', 'internal error')
    context.trailer.set(CODE_TRAILER, known.code)
    throw new ServerError(codes[known.code].grpc, known.message)
  }
}
