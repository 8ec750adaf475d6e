import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  method: string
  url: string
  headers: IncomingMessage['headers']
  body: Buffer
}

/** The API of a connection, on this machine. */
export interface StandInApi {
  url: string
  /** Those that came as a whole. */
  requests: Received[]
  answer: (received: Received, response: ServerResponse) => void
  /** In place of `answer`: its body is not read yet. */
  receive: ((request: IncomingMessage, response: ServerResponse) => void) | undefined
  stop: () => void
}

export async function startStandInApi(): Promise<StandInApi> {
  const api: StandInApi = {
    url: '',
    requests: [],
    answer: (_, response) => void response.end('ok'),
    receive: undefined,
    stop: () => {
      server.closeAllConnections()
      server.close()
    },
  }
  const server = createServer(async (request, response) => {
    if (api.receive) return api.receive(request, response)
    const chunks: Buffer[] = []
    try {
      for await (const chunk of request) chunks.push(chunk)
    } catch {
      return // it broke off
    }
    const { method = '', url = '', headers } = request
    const received = { method, url, headers, body: Buffer.concat(chunks) }
    api.requests.push(received)
    api.answer(received, response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  // It listens on TCP.
  api.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return api
}
