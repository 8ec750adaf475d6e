import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parentPort, Worker } from 'node:worker_threads'

const BODY = JSON.stringify({
  items: Array.from({ length: 50 }, (_, id) => ({ id: `${id}`, name: `item ${id}` })),
})

/** An API on loopback that answers at once, in a thread of its own. */
export async function loopbackApi(): Promise<{ url: string } & AsyncDisposable> {
  const worker = new Worker(new URL(import.meta.url))
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  worker.once('message', resolve)
  worker.once('error', reject)
  const port = await promise
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      await worker.terminate()
    },
  }
}

if (parentPort) {
  const main = parentPort
  const server = createServer((request, response) => {
    request.resume()
    response.writeHead(200, { 'content-type': 'application/json' }).end(BODY)
  })
  server.listen(0, '127.0.0.1', () => main.postMessage((server.address() as AddressInfo).port))
}
