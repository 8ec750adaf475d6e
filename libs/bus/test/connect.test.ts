import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { startServer } from '@syncline/embedded'
import { freePort, namespace, servers } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { connectBus, publish, subjects } from '../src/index.ts'

const bus = (url: string, prefix = namespace()) => ({ url, prefix, replicas: 1 })

/** A NATS that asks for a user and a password. */
async function startGuardedNats(dir: string) {
  return startServer(
    {
      name: 'NATS',
      kind: 'nats-server',
      scheme: 'nats',
      async command({ dir, port }) {
        const file = join(dir, 'nats.conf')
        const authorization = { user: 'me', password: 'hunter/2' }
        const settings = { host: '127.0.0.1', port, authorization, jetstream: { store_dir: dir } }
        await writeFile(file, JSON.stringify(settings))
        return ['/bin/sh', '-c', `PATH=$PATH:/usr/sbin:/usr/local/sbin exec nats-server --config ${file}`]
      },
      answers: async (port) =>
        new Promise((resolve, reject) => {
          const socket = connect(port, '127.0.0.1')
            .once('data', () => resolve(true))
            .once('error', reject)
          socket.once('data', () => socket.destroy())
        }),
    },
    { dir: join(dir, 'data'), log: join(dir, 'nats.log') },
  )
}

test('user and password of NATS_URL are used', async () => {
  await using temp = await mkdtempDisposable(join(tmpdir(), 'bus-'))
  await using server = await startGuardedNats(temp.path)
  const url = (password: string) => `nats://me:${password}@127.0.0.1:${server.port}`
  await using _bus = await connectBus(bus(url('hunter%2F2')), 'test')
  const refused = await connectBus(bus(url('wrong')), 'test', { timeoutMs: 500 }).catch((error) => error)
  expect(refused).toMatchObject({
    message: `NATS at NATS_URL '…@127.0.0.1:${server.port}' did not answer within 0.5 s`,
    cause: { name: 'AuthorizationError' },
  })
})

test('no error shows the password of NATS_URL', async () => {
  const port = await freePort()
  for (const url of [
    `nats://me:hunter2@127.0.0.1:${port}`,
    `nats://one:1,nats://me:hunter2@127.0.0.1:${port}`,
    `nats://hunter2@127.0.0.1:${port}`,
    'nats://me:hunter2@127.0.0.1:not-a-port',
    'nats://me:%hunter2@127.0.0.1:4222',
  ]) {
    const error = await connectBus(bus(url), 'test', { timeoutMs: 300 }).catch((error) => error)
    expect(error).toBeInstanceOf(Error)
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('hunter2')
  }
})

test('an environment with too many commands that wait gets no more, and an older stream is brought up to date', async () => {
  const prefix = namespace()
  const { url } = servers().nats
  await using first = await connectBus(bus(url, prefix), 'test')
  const send = (environment: string, id: string) =>
    publish(first, subjects.command, [environment], { id, environment, action: undefined }, { id })
  await first.manager.streams.update(`${prefix}_COMMANDS`, { max_msgs_per_subject: 2 })
  await send('dev', '1')
  await send('dev', '2')
  await expect(send('dev', '3')).rejects.toMatchObject({ code: 'unavailable' })
  await send('prod', '4')

  await using _second = await connectBus(bus(url, prefix), 'test')
  const { config } = await first.manager.streams.info(`${prefix}_COMMANDS`)
  expect(config).toMatchObject({ max_msgs_per_subject: 10_000, discard_new_per_subject: true })
  await send('dev', '5')
})
