import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { Transform } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Proxy extends AsyncDisposable {
  url: string
  /** Ends all connections, and refuses new ones until `join`. */
  cut(): void
  join(): void
}

/** Stands before the server at `url`. `bytesPerSecond` bounds what the server sends through each connection. */
export async function startProxy(url: string, bytesPerSecond = Number.POSITIVE_INFINITY): Promise<Proxy> {
  const target = new URL(url)
  const sockets = new Set<Socket>()
  let open = true
  const server = createServer((client) => {
    if (!open) {
      client.destroy()
      return
    }
    const upstream = connect(Number(target.port), target.hostname)
    client.pipe(upstream)
    upstream.pipe(slow(bytesPerSecond)).pipe(client)
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')
  const cut = () => {
    open = false
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `nats://127.0.0.1:${address.port}`,
    cut,
    join: () => {
      open = true
    },
    async [Symbol.asyncDispose]() {
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}

function slow(bytesPerSecond: number): Transform {
  return new Transform({
    async transform(chunk: Buffer, _, done) {
      if (Number.isFinite(bytesPerSecond)) await sleep((chunk.length / bytesPerSecond) * 1000)
      done(null, chunk)
    },
  })
}
