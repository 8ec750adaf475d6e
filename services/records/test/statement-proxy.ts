import { createServer, request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { freePort } from '@syncline/testkit'

/** What happens to a request on its way. By its query. */
export interface OnTheWay {
  /** It goes on when this is settled. */
  hold?: (query: string) => Promise<void> | undefined
  /** The caller's connection ends at once. The server gets the request all the same. */
  hangsUp?: (query: string) => boolean
  /** The server has done what was asked, and the caller's connection ends instead of an answer. */
  losesAnswer?: (query: string) => boolean
}

/** A proxy in front of ClickHouse, for what networks do to calls. */
export async function statementProxy(target: string, { hold, hangsUp, losesAnswer }: OnTheWay) {
  const server = createServer(async (incoming, answer) => {
    const url = new URL(incoming.url ?? '', target)
    const body = await buffer(incoming)
    const query = url.searchParams.get('query') ?? body.toString()
    if (hangsUp?.(query)) incoming.socket.destroy()
    await hold?.(query)
    const { method, headers } = incoming
    const forwarded = request(url, { method, headers }, async (response) => {
      const text = await buffer(response)
      if (losesAnswer?.(query)) return incoming.socket.destroy()
      return answer.writeHead(response.statusCode ?? 500, response.headers).end(text)
    })
    forwarded.on('error', () => incoming.socket.destroy())
    forwarded.end(body)
  })
  const port = await freePort()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** The insert of a commit. */
export const isCommit = (query: string) => /^INSERT INTO record_log\b/.test(query)
