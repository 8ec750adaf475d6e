import { findExecutable } from './executable.ts'
import { firstAnswer } from './first-answer.ts'
import { type Server, type ServerOptions, startServer } from './server.ts'
import { StartError } from './start-error.ts'

export async function startRedis(options: ServerOptions): Promise<Server> {
  const executable = await findExecutable('redis-server')
  if (!executable) {
    throw new StartError(
      'redis-server is missing: apt-get install redis-server (Debian, Ubuntu) or brew install redis (macOS)',
    )
  }
  return startServer(
    {
      name: 'Redis',
      kind: executable,
      scheme: 'redis',
      command: async ({ dir, port }) => [executable, ...settings(dir, port)],
      // While it reads its file of commands it answers LOADING.
      answers: async (port, signal) => (await firstAnswer(port, signal, 'PING\r\n')).startsWith('+PONG'),
    },
    options,
  )
}

// A lock or a fence that was given must not be forgotten: docs/decisions/0009.
const settings = (dir: string, port: number) =>
  Object.entries({
    bind: '127.0.0.1',
    port: String(port),
    dir,
    appendonly: 'yes',
    appendfsync: 'always',
    save: '',
    'maxmemory-policy': 'noeviction',
  }).flatMap(([name, value]) => [`--${name}`, value])
