import { inspect } from 'node:util'
import { freePort, namespace, servers } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { connectBus, publish, subjects } from '../src/index.ts'

const bus = (url: string, prefix = namespace()) => ({ url, prefix, replicas: 1 })

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
    publish(first, subjects.command, [environment], { id, environment, action: undefined, also: [] }, { id })
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
