import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findExecutable } from './executable.ts'
import { firstAnswer } from './first-answer.ts'
import { type Server, type ServerOptions, startServer } from './server.ts'
import { StartError } from './start-error.ts'

export async function startNats(options: ServerOptions): Promise<Server> {
  const executable = await findExecutable('nats-server')
  if (!executable) {
    throw new StartError(
      'nats-server is missing: apt-get install nats-server (Debian, Ubuntu) or brew install nats-server (macOS)',
    )
  }
  return startServer(
    {
      name: 'NATS',
      kind: executable,
      scheme: 'nats',
      async command({ dir, port }) {
        const file = join(dir, 'nats.conf')
        await writeFile(file, settings(dir, port))
        return [executable, '--config', file]
      },
      // The greeting comes once JetStream has recovered its streams.
      answers: async (port, signal) => (await firstAnswer(port, signal)).startsWith('INFO '),
    },
    options,
  )
}

// JSON is a subset of the format of its configuration.
const settings = (dir: string, port: number) =>
  JSON.stringify({
    host: '127.0.0.1',
    port,
    max_payload: 8 * 1024 * 1024,
    jetstream: { store_dir: dir },
  })
