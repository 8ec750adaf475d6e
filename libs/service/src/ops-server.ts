import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { reusedFor, withTimeout } from '@syncline/async'
import { type Health, healthAnswer } from './health.ts'
import { metrics } from './metrics.ts'
import type { Running } from './running.ts'

const HEALTH_TIMEOUT_MS = 4000
/** However often it is asked: so often a service asks what it depends on. */
const HEALTH_REUSED_MS = 1000

type Answer = { code: number; body: object }

export interface OpsServer extends AsyncDisposable {
  port: number
  /** The service has started: from now on readiness is what it says. */
  started(service: Running): void
  /** It is not ready any more; it still lives, and its metrics can be read. */
  stopping(): void
}

/**
 * On a port that is not for customers: `GET /livez` (200 as long as the process answers), `GET /readyz` and its other name
 * `GET /health` (200, or 503 with what is wrong), `GET /metrics`. It answers from before the service starts until after it
 * has stopped.
 */
export async function startOpsServer(port: number): Promise<OpsServer> {
  let readiness = async (): Promise<Answer> => ({ code: 503, body: { status: 'starting', checks: {} } })
  const server = createServer(async (request, response) => {
    if (request.url === '/livez') send(response, { code: 200, body: { status: 'ok' } })
    else if (request.url === '/readyz' || request.url === '/health') send(response, await readiness())
    else if (request.url === '/metrics') {
      response.setHeader('content-type', metrics.registry.contentType)
      response.end(await metrics.registry.metrics())
    } else {
      response.writeHead(404).end()
    }
  })
  server.listen(port)
  await once(server, 'listening')
  return {
    // A server that listens on TCP has an address with a port.
    port: (server.address() as AddressInfo).port,
    started(service) {
      const ask = reusedFor(HEALTH_REUSED_MS, () => healthOf(service))
      readiness = async () => {
        const { code, body } = healthAnswer(await ask())
        return { code, body: { ...body, ...service.facts } }
      }
    },
    stopping() {
      readiness = async () => ({ code: 503, body: { status: 'stopping', checks: {} } })
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function send(response: ServerResponse, { code, body }: Answer): void {
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

async function healthOf(service: Running): Promise<Health> {
  try {
    return await withTimeout(service.health(), HEALTH_TIMEOUT_MS, 'the health check')
  } catch (error) {
    return { service: String(error) }
  }
}
