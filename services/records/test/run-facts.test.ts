import { connectBus, publish, subjects } from '@syncline/bus'
import { startNats } from '@syncline/embedded'
import { cloudEvent, type EventData, eventTokens } from '@syncline/events'
import { eventually, namespace, servers } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { type Records, sql, startRecords } from './harness.ts'
import { startKillable } from './killable-process.ts'
import { statementProxy } from './statement-proxy.ts'

const ended = (run: string, data: Partial<EventData<'run.ended'>> = {}) =>
  cloudEvent({
    id: `${run}.0`,
    type: 'run.ended',
    environment: 'dev',
    at: Date.now(),
    data: {
      ...{
        schedule: 's1',
        provider_config_key: 'github',
        connection_id: 'c1',
        sync: 'issues',
        variant: 'base',
      },
      ...{
        run,
        attempt: 1,
        cause: 'schedule',
        outcome: 'failed',
        error: `run ${run} met 'x'`,
        version: '1.0.0',
      },
      result: { Issue: { added: 1, updated: 2, deleted: 3 } },
      requested_at: '2026-11-27T14:00:00.000Z',
      started_at: '2026-11-27T14:00:01.000Z',
      finished_at: '2026-11-27T14:00:02.000Z',
      ...data,
    },
  })

async function busOf(prefix: string, url = servers().nats.url) {
  const bus = await connectBus({ url, prefix, replicas: 1 }, 'test')
  return {
    tell: (event: ReturnType<typeof ended>, time = 1) =>
      publish(bus, subjects.event, eventTokens({ type: 'run.ended', environment: 'dev' }), event, {
        // JetStream would drop the repetition; after some minutes it would not.
        id: `${event.id}.${time}`,
      }),
    [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose](),
  }
}

const rows = async (store: Pick<Records, 'config'>, columns: string) =>
  (await sql(store, `SELECT ${columns} FROM run_fact FINAL ORDER BY run_id`)).split('\n')

test.concurrent('each run that ended is one row, also if it ended before records was there or its event comes again', async () => {
  const at = namespace()
  await using bus = await busOf(at)
  await bus.tell(ended('s1-1'))
  await using store = await startRecords(at)
  await using _another = await startRecords(at)
  await eventually(async () => expect(await rows(store, 'run_id')).toEqual(['s1-1']))
  await bus.tell(ended('s1-1'), 2)
  await bus.tell(ended('s1-2', { outcome: 'success', error: '', started_at: null }))
  await eventually(async () => expect(await rows(store, 'run_id')).toEqual(['s1-1', 's1-2']))
  expect(
    await rows(
      store,
      `environment, run_id, finished_at - requested_at, started_at > 0, outcome, attempts, version, message, fingerprint > 0,
        added, updated, deleted, result`,
    ),
  ).toEqual([
    'dev\ts1-1\t2000\t1\tfailed\t1\t1.0.0\trun s1-<number> met \\\'…\\\'\t1\t1\t2\t3\t{"Issue":{"added":1,"updated":2,"deleted":3}}',
    'dev\ts1-2\t2000\t0\tsuccess\t1\t1.0.0\t\t0\t1\t2\t3\t{"Issue":{"added":1,"updated":2,"deleted":3}}',
  ])
})

test.concurrent('an event that was not acknowledged after its row was inserted makes no second row', async () => {
  const at = namespace()
  let lost = 0
  await using proxy = await statementProxy(servers().clickhouse.url, {
    losesAnswer: (query) => query.startsWith('INSERT INTO run_fact') && ++lost === 1,
  })
  await using store = await startRecords(at, { clickhouse: proxy.url })
  await using bus = await busOf(at)
  await bus.tell(ended('s1-1'))
  await eventually(() => expect(lost).toBe(2))
  expect(await rows(store, 'run_id')).toEqual(['s1-1'])
})

test.concurrent('an environment that was deleted, or made again, has no runs of the one before', async () => {
  const at = namespace()
  await using store = await startRecords(at)
  await using bus = await busOf(at)
  await bus.tell(ended('s1-1'))
  await eventually(async () => expect(await rows(store, 'run_id')).toEqual(['s1-1']))
  const beforeMs = Date.parse('2026-11-27T14:00:03.000Z')
  await store.records.forgetRuns({ environment: 'dev', beforeMs })
  for (const table of ['run_fact', 'run_fact_by_schedule', 'run_failure', 'run_hour'])
    expect(await sql(store, `SELECT count() FROM ${table}`), table).toBe('0')
  await store.records.forgetRuns({ environment: 'dev', beforeMs })
  // It was still on its way.
  await bus.tell(ended('s1-2'))
  await bus.tell(ended('s2-1', { finished_at: '2026-11-27T14:00:03.000Z' }))
  await eventually(async () => expect(await rows(store, 'run_id')).toEqual(['s2-1']))
})

test.concurrent('records is ready without NATS, and writes the rows when NATS is there', async () => {
  await using nats = await startKillable(startNats)
  const at = namespace()
  await nats.kill()
  await using store = await startRecords(at, { nats: nats.url })
  expect(await store.service.health()).toEqual({ clickhouse: 'ok', redis: 'ok' })
  for (const run of ['s1-1', 's1-2']) {
    await nats.start()
    {
      await using bus = await busOf(at, nats.url)
      await bus.tell(ended(run))
    }
    await eventually(async () => expect((await rows(store, 'run_id')).at(-1)).toBe(run))
    await nats.kill()
  }
  expect(await rows(store, 'run_id')).toEqual(['s1-1', 's1-2'])
})
