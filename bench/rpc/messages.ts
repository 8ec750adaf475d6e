import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Without } from './parts.ts'

const ANSWER_TIMEOUT_MS = 120_000

/** A client and a server without one of the parts, in a process each, for a few seconds: its figures. */
export async function messageFigures(without: Without, seconds: number): Promise<Record<string, number>> {
  using server = forked('server.ts', [without])
  const port = await server.message<number>()
  using client = forked('client.ts', [`127.0.0.1:${port}`, without, String(seconds)])
  return await client.message()
}

function forked(file: string, args: string[]) {
  const child: ChildProcess = fork(join(import.meta.dirname, file), args)
  return {
    /** The one thing that it tells. */
    async message<T>(): Promise<T> {
      const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS)
      const exit = once(child, 'exit', { signal }).then(([code]) => {
        throw new Error(`bench/rpc/${file} ${args.join(' ')} exited with ${code}`)
      })
      exit.catch(() => {}) // after the message it is expected
      const [message] = await Promise.race([once(child, 'message', { signal }), exit])
      return message
    },
    [Symbol.dispose]: () => void child.kill('SIGKILL'),
  }
}
