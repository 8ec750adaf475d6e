import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { certificate } from '@syncline/testkit'

export type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void

export interface Received {
  method: string
  url: string
  headers: IncomingMessage['headers']
  body: string
}

/** An API on this machine, and the requests that it got. */
export async function standIn(handler: Handler, { tls = false, host = '127.0.0.1' } = {}) {
  const requests: Received[] = []
  const listener = async (request: IncomingMessage, response: ServerResponse) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const { method = '', url = '', headers } = request
    requests.push({ method, url, headers, body })
    handler(request, response, body)
  }
  const server: Server = tls ? createTlsServer(certificate, listener) : createServer(listener)
  server.listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on a port
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    server,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

export const json = (response: ServerResponse, value: unknown, status = 200, headers = {}) =>
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))
