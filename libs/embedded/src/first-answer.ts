import { once } from 'node:events'
import { connect } from 'node:net'

/** The first bytes that a server on a loopback port sends, after `question` if there is one. */
export async function firstAnswer(port: number, signal: AbortSignal, question = ''): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' })
  try {
    socket.write(question)
    const [answer] = (await once(socket, 'data', { signal })) as [Buffer]
    return answer.toString()
  } finally {
    socket.destroy()
  }
}
