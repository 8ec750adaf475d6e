import { createServer, request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { freePort } from '@syncline/testkit'

/**
 * A proxy in front of ClickHouse that loses answers: the server has done what was asked, and the caller hears of a
 * connection that ended. `loses` decides by the request's query; it is asked once for each request.
 */
export async function losingAnswers(target: string, loses: (query: string) => boolean) {
  const lost: string[] = []
  const server = createServer(async (incoming, answer) => {
    const url = new URL(incoming.url ?? '', target)
    const body = await buffer(incoming)
    const query = url.searchParams.get('query') ?? body.toString()
    const { method, headers } = incoming
    const forwarded = request(url, { method, headers }, async (response) => {
      const text = await buffer(response)
      if (loses(query)) {
        lost.push(query)
        incoming.socket.destroy()
        return
      }
      answer.writeHead(response.statusCode ?? 500, response.headers)
      answer.end(text)
    })
    forwarded.on('error', () => incoming.socket.destroy())
    forwarded.end(body)
  })
  const port = await freePort()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${port}`,
    /** The queries whose answers were lost. */
    lost,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
