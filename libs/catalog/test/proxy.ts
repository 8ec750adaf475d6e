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

interface Limits {
  /** Of what the server sends through each connection. */
  bytesPerSecond?: number
  /** After that many bytes of the server a connection stays silent. */
  bytes?: number
}

/** Stands before the server at `url`. */
export async function startProxy(url: string, limits: Limits = {}): Promise<Proxy> {
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
    upstream.pipe(limited(limits)).pipe(client)
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

function limited({ bytesPerSecond, bytes = Number.POSITIVE_INFINITY }: Limits): Transform {
  let left = bytes
  return new Transform({
    async transform(chunk: Buffer, _, done) {
      if (bytesPerSecond !== undefined) await sleep((chunk.length / bytesPerSecond) * 1000)
      left -= chunk.length
      // Without `done` nothing more is taken.
      if (left > 0) done(null, chunk)
    },
  })
}
