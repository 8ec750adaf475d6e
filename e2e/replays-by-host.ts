import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ReplaysByHost extends AsyncDisposable {
  url: string
  /** Port of the server of each host. Requests to others are answered with status 502. */
  ports: Map<string, number>
}

/** Where services send all requests of functions (EGRESS_REDIRECT_TO): passes each on to the replay server of its host. */
export async function startReplaysByHost(): Promise<ReplaysByHost> {
  const ports = new Map<string, number>()
  const server = createServer((asked, answer) => {
    const port = ports.get(new URL(String(asked.headers['x-replay-url'])).host)
    if (port === undefined) {
      answer.writeHead(502).end()
      return
    }
    const { method, url, headers } = asked
    const passed = request({ host: '127.0.0.1', port, method, path: url, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers)
      response.pipe(answer)
    })
    passed.on('error', () => answer.destroy())
    asked.pipe(passed)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // of a server that listens on TCP
    ports,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
