import { Syncline } from '@syncline/sdk'
import { eventually } from '@syncline/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  CONNECTION,
  type ExampleSystem,
  INTEGRATION,
  runsOf,
  SYNC,
  startExampleSystem,
} from './example-system.ts'

let example: ExampleSystem

beforeAll(async () => {
  // A run goes on until it is cancelled.
  const env = { RUNNER_DRAIN_MS: '300' }
  example = await startExampleSystem({ items: [], onList: () => new Promise(() => {}), env })
})
afterAll(() => example?.[Symbol.asyncDispose]())

const why = () =>
  example.client.syncs.why({ providerConfigKey: INTEGRATION, sync: SYNC, connectionId: CONNECTION })

test('a run that goes on shows in the lists of its environment, and is cancelled at once', async () => {
  const { client } = example
  const run = await eventually(async () => {
    const { runs } = await client.runs.list({ state: ['running'] })
    expect(runs).toMatchObject([
      { provider_config_key: INTEGRATION, connection_id: CONNECTION, sync_name: SYNC },
    ])
    return runs[0]
  })
  // No run of the schedule comes after this one.
  await client.updateSyncConnectionFrequency(INTEGRATION, SYNC, CONNECTION, 'every day')
  await eventually(async () =>
    expect(await client.schedules.capacity()).toMatchObject({
      environment: { running: 1 },
      runners: [{ busy: 1 }],
    }),
  )
  const begun = performance.now()
  expect(
    await client.syncs.cancel({ providerConfigKey: INTEGRATION, syncs: [SYNC], connectionId: CONNECTION }),
  ).toEqual({ cancelled: 1 })
  const [ended] = await runsOf(client)
  expect(ended).toMatchObject({ id: run?.id, state: 'ended', reason: 'cancelled' })
  await eventually(async () =>
    expect((await client.schedules.capacity()).runners).toMatchObject([{ busy: 0 }]),
  )
  expect(performance.now() - begun).toBeLessThan(30_000) // the run would go on for ever
  expect(await client.runs.cancel(run?.id ?? '')).toEqual({ cancelled: 0 })
  await expect(client.runs.cancel('0123456789abcdef01234567-1')).rejects.toMatchObject({
    status: 404,
    code: 'unknown_run',
  })
  expect(await why()).toMatchObject({
    schedule: { freshness: { stale: null, lastSuccessAt: null } },
    runs: [{ id: run?.id, reason: 'cancelled' }],
    unavailable: [],
  })
})

test('while the scheduler stands still, everything is stale for that; when it goes on, nothing is', async () => {
  const scheduler = example.system.processes.get('scheduler')?.pid ?? 0
  process.kill(scheduler, 'SIGSTOP')
  try {
    const begun = performance.now()
    const once = new Syncline({ secretKey: example.key, host: example.system.url, retries: 0 })
    await Promise.all([
      expect(why()).resolves.toMatchObject({
        schedule: { status: null, freshness: { stale: { reason: 'scheduler_down' } } },
        ...{ skipped: null, runs: null, unavailable: ['scheduler'] },
      }),
      expect(example.client.schedules.list({ stale: true })).resolves.toMatchObject({
        schedules: [{ name: SYNC }],
      }),
      expect(once.syncStatus(INTEGRATION, '*')).rejects.toMatchObject({ status: 503 }),
    ])
    expect(performance.now() - begun).toBeLessThan(30_000)
  } finally {
    process.kill(scheduler, 'SIGCONT')
  }
  await eventually(async () =>
    expect(await why()).toMatchObject({ schedule: { freshness: { stale: null } }, unavailable: [] }),
  )
})
