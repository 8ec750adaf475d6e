import { once } from 'node:events'
import { createServer } from 'node:http'
import { withTimeout } from '@syncline/async'
import { type Health, healthAnswer } from './health.ts'
import { metrics } from './metrics.ts'
import type { Running } from './running.ts'

const HEALTH_TIMEOUT_MS = 3000

/** `GET /health` (200, or 503 with what is wrong) and `GET /metrics`, on a port that is not for customers. */
export async function startOpsServer(service: Running, port: number): Promise<AsyncDisposable> {
  const server = createServer(async (request, response) => {
    if (request.url === '/metrics') {
      response.setHeader('content-type', metrics.registry.contentType)
      response.end(await metrics.registry.metrics())
    } else if (request.url === '/health') {
      const { code, body } = healthAnswer(await healthOf(service))
      const text = JSON.stringify({ ...body, ...service.facts })
      response.writeHead(code, { 'content-type': 'application/json' }).end(text)
    } else {
      response.writeHead(404).end()
    }
  })
  server.listen(port)
  await once(server, 'listening')
  return {
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function healthOf(service: Running): Promise<Health> {
  try {
    return await withTimeout(service.health(), HEALTH_TIMEOUT_MS, 'the health check')
  } catch (error) {
    return { service: String(error) }
  }
}
