import { connectBus } from '@syncline/bus'
import { eventually, servers } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { createWorld } from './world.ts'

test('a run is acknowledged when its end is published, not before', async () => {
  await using world = await createWorld()
  const { prefix, manager } = world.bus
  await world.deploy('')
  // Subscribers get the message, but no stream stores it: the runner publishes it again and again.
  await manager.streams.delete(`${prefix}_EVENTS`)
  const runId = await world.request()
  const published = () => world.finished.filter((end) => end.runId === runId).length
  await eventually(() => expect(published()).toBeGreaterThanOrEqual(2), { timeoutMs: 30_000 })
  expect(await world.unacknowledged()).toBe(1)

  await using _streams = await connectBus({ url: servers().nats.url, prefix, replicas: 1 }, 'test')
  await eventually(async () => expect(await world.unacknowledged()).toBe(0), { timeoutMs: 30_000 })
  const { state } = await manager.streams.info(`${prefix}_EVENTS`)
  expect(state.messages).toBe(1)
})
