import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ApiRequest {
  method: string
  url: URL
  headers: IncomingMessage['headers']
  body: string
}

type Handler = (request: ApiRequest, response: ServerResponse) => void

/** An external API on this machine. What it answers is set path by path; anything else is a 404. */
export interface StandInApi extends AsyncDisposable {
  url: string
  host: string
  requests: ApiRequest[]
  on(path: string, handler: Handler): void
}

export async function startStandInApi(): Promise<StandInApi> {
  const handlers = new Map<string, Handler>()
  const requests: ApiRequest[] = []
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const url = new URL(incoming.url ?? '/', 'http://api')
    const body = Buffer.concat(chunks).toString()
    const request = { method: incoming.method ?? 'GET', url, headers: incoming.headers, body }
    requests.push(request)
    const handler = handlers.get(url.pathname)
    if (handler) handler(request, response)
    else json(response, { message: `nothing at ${url.pathname}` }, 404)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on TCP
  return {
    url: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    requests,
    on: (path, handler) => void handlers.set(path, handler),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

export function json(response: ServerResponse, value: unknown, status = 200, headers = {}): void {
  text(response, JSON.stringify(value), 'application/json', status, headers)
}

export function text(response: ServerResponse, body: string, type: string, status = 200, headers = {}): void {
  response.writeHead(status, { 'content-type': type, ...headers }).end(body)
}
