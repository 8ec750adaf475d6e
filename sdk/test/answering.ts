import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { afterEach } from 'vitest'
import { Syncline, type SynclineOptions } from '../src/client.ts'

export type Answer = (response: ServerResponse, request: IncomingMessage) => void

const open: AsyncDisposable[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one[Symbol.asyncDispose]()
})

/** A server that gives these answers one after the other, and the last one again and again. */
export async function answering(answers: Answer[], options: Partial<SynclineOptions> = {}) {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    answers[Math.min(requests.length, answers.length) - 1]?.(response, request)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  open.push(server)
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  const host = `http://127.0.0.1:${address.port}`
  const close = () => server.closeAllConnections()
  return { requests, close, syncline: new Syncline({ ...options, secretKey: 'k', apiKey: undefined, host }) }
}

export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(status, headers).end(JSON.stringify(body))
export const failed = (status: number, code: string, headers: Record<string, string> = {}) =>
  json(status, { error: { code, message: 'no', request_id: 'req-1' } }, headers)
export const breaks: Answer = (response) => response.destroy()
export const never: Answer = () => {}
