import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** What a server sends to a client that writes bytes as it likes, until it closes the connection. */
export async function rawRequest(
  url: string,
  write: (socket: Socket) => Promise<void> | void,
): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
  })
  socket.on('error', () => {})
  // Not `once`, which fails at an error: a server may close while we write, and what it has sent counts.
  const closed = new Promise((resolve) => socket.once('close', resolve))
  await write(socket)
  await closed
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0), text }
}

/** A request of one piece, on a connection that ends with its answer. */
export function rawAsk(url: string, head: string[], body: string | Buffer = '') {
  return rawRequest(url, (socket) => {
    socket.write(`${[...head, 'Host: test', 'Connection: close'].join('\r\n')}\r\n\r\n`)
    socket.write(body)
  })
}
