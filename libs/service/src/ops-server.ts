import { once } from 'node:events'
import { createServer } from 'node:http'
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
      const { status, body } = await healthAnswer(service)
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
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

async function healthAnswer(service: Running) {
  const tooLate = new Promise<Record<string, string>>((resolve) =>
    setTimeout(
      () => resolve({ service: `no answer within ${HEALTH_TIMEOUT_MS} ms` }),
      HEALTH_TIMEOUT_MS,
    ).unref(),
  )
  const checks = await Promise.race([service.health(), tooLate]).catch((error: unknown) => ({
    service: String(error),
  }))
  const ok = Object.values(checks).every((state) => state === 'ok')
  return { status: ok ? 200 : 503, body: { status: ok ? 'ok' : 'failing', checks, ...service.facts } }
}
