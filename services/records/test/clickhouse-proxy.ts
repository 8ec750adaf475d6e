import { createServer, request as forward, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Stands before ClickHouse. While it holds, requests reach nobody and are not answered. */
export async function clickhouseProxy(clickhouse: string) {
  const held = new Set<ServerResponse>()
  let holds = false
  const server = createServer((request, response) => {
    if (holds) {
      held.add(response)
      response.on('close', () => held.delete(response))
      request.resume()
      return
    }
    const { method, url, headers } = request
    const onward = forward(new URL(url ?? '', clickhouse), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    response.on('close', () => onward.destroy())
    request.pipe(onward)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo // as it listens on a port
  return {
    url: `http://127.0.0.1:${port}`,
    /** Requests whose callers wait for an answer that will not come. */
    held,
    hold: () => {
      holds = true
    },
    /** Those that are held fail. */
    release: () => {
      holds = false
      for (const response of held) response.destroy()
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}
