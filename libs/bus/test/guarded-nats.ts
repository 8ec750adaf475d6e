import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findExecutable, startServer } from '@syncline/embedded'

export interface GuardedNats extends AsyncDisposable {
  port: number
  /** For files of the client. */
  dir: string
}

/** A real NATS with these settings; `files` are written into the folder above the one where it runs. */
export async function startGuardedNats(
  settings: object,
  files: Record<string, string> = {},
): Promise<GuardedNats> {
  await using open = new AsyncDisposableStack()
  const { path } = open.use(await mkdtempDisposable(join(tmpdir(), 'bus-')))
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text)
  const executable = (await findExecutable('nats-server')) ?? 'nats-server'
  const server = open.use(
    await startServer(
      {
        name: 'NATS',
        kind: executable,
        scheme: 'nats',
        async command({ dir, port }) {
          const file = join(path, 'nats.conf')
          const own = { host: '127.0.0.1', port, jetstream: { store_dir: dir } }
          await writeFile(file, JSON.stringify({ ...own, ...settings }))
          return [executable, '--config', file]
        },
        // Its greeting comes before TLS and before a login.
        answers: async (port) =>
          new Promise((resolve, reject) => {
            const socket = connect(port, '127.0.0.1')
              .once('data', () => resolve(true))
              .once('error', reject)
            socket.once('data', () => socket.destroy())
          }),
      },
      { dir: join(path, 'data'), log: join(path, 'nats.log') },
    ),
  )
  const owned = open.move()
  return { port: server.port, dir: path, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
