import { once } from 'node:events'
import { createServer } from 'node:http'

/** A call that the API has taken. */
export interface Taken {
  at: number
  connection: string
}

/** An API that takes so many requests in any second, and answers 429 to the rest. Its paths are names of connections. */
export async function startLimitedApi(requestsPerSecond: number) {
  const taken: Taken[] = []
  let refused = 0
  const server = createServer((request, response) => {
    const at = performance.now()
    const oldest = taken.at(-requestsPerSecond)
    if (oldest && at - oldest.at < 1000) {
      refused++
      response.writeHead(429, { 'retry-after': '1' }).end()
      return
    }
    taken.push({ at, connection: (request.url ?? '').slice(1) })
    response.writeHead(200, { 'content-type': 'application/json' }).end('[]')
  })
  server.keepAliveTimeout = 60_000
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the API has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    taken,
    refused: () => refused,
    /** Connections that have had so many calls. */
    begun: (calls: number) =>
      [...Map.groupBy(taken, ({ connection }) => connection).values()].filter((of) => of.length >= calls)
        .length,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
