import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startClickHouse, startRedis } from '@syncline/embedded'
import type { Stream } from '@syncline/proto'
import { batchOf } from '@syncline/record'
import { freePort, hostName } from '@syncline/testkit'
import { record } from '../records/payload.ts'
import { startProcess } from '../records/process.ts'
import { openClient, type RecordsClient, type Without } from './parts.ts'

/** Linux has all of 127.0.0.0/8. */
const HOSTS = ['127.0.0.1', '127.0.0.2']
const PER_SAVE = 50
const PAGE = 100

export interface RoutingSizes {
  /** Each saves 50 records a round. */
  streams: number
  rounds: number
  /** Records of the stream that is read, in pages of 100. */
  read: number
}

/** Two instances of records behind one name, on a ClickHouse and a Redis of their own. */
export async function openInstances() {
  await using open = new AsyncDisposableStack()
  const dir = open.use(await mkdtempDisposable(join(tmpdir(), 'syncline-bench-rpc-'))).path
  const at = (name: string) => ({ dir: join(dir, name), log: join(dir, `${name}.log`) })
  const clickhouse = open.use(await startClickHouse(at('clickhouse')))
  const redis = open.use(await startRedis(at('redis')))
  const port = await freePort()
  const main = { main: 'services/records/src/main.ts', flags: ['--max-semi-space-size=4'] }
  for (const host of HOSTS) {
    const env = { LISTEN: `${host}:${port}`, CLICKHOUSE_URL: clickhouse.url, REDIS_URL: redis.url }
    open.use(await startProcess(main, env, join(dir, `${host}.log`)))
  }
  const { name } = open.use(hostName(HOSTS))
  const owned = open.move()
  return { address: `${name}:${port}`, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** Streams of their own are saved and read through a connection of its own. */
export async function routingFigures(
  address: string,
  without: Without,
  run: string,
  { streams: count, rounds, read }: RoutingSizes,
): Promise<Record<string, number>> {
  using client = openClient(address, without)
  const { records } = client
  const streams = Array.from({ length: count }, (_, n) => streamOf(`${run}-${n}`))
  const large = streamOf(`${run}-large`)
  const writer = { runId: run, sync: 'bench', fence: 1 }
  await records.begin({ writer, streams: [...streams, large], empty: false })

  const save = (stream: Stream, from: number, to: number, version: number) => {
    const numbers = Array.from({ length: to - from }, (_, i) => from + i)
    // Each tenth record has the version, the others stay as they were.
    const batch = batchOf(numbers.map((number) => record(number, number % 10 === 0 ? version : 0)))
    return { stream, writer, mode: 'SAVE_MODE_REPLACE' as const, batch }
  }
  const roundOf = async (version: number) => {
    const saves = streams.map((stream) => save(stream, 0, PER_SAVE, version))
    return timedMs(() => Promise.all(saves.map((each) => records.save(each))))
  }
  const rate = async (versionOf: (round: number) => number) => {
    let ms = 0
    for (let round = 1; round <= rounds; round++) ms += await roundOf(versionOf(round))
    return (count * PER_SAVE * rounds * 1000) / ms
  }
  await roundOf(0) // both instances are connected and have served

  for (let from = 0; from < read; from += 1000) await records.save(save(large, from, from + 1000, 0))
  return {
    [`${count} streams × ${PER_SAVE} records, a tenth changed (records/s)`]: await rate((round) => round),
    'the same, unchanged (records/s)': await rate(() => rounds),
    [`pages of ${PAGE}, following cursors (ms)`]: await pageMs(records, large),
  }
}

async function pageMs(records: RecordsClient, stream: Stream): Promise<number> {
  let pages = 0
  let cursor = ''
  const ms = await timedMs(async () => {
    do {
      for await (const piece of records.listRecords({ stream, cursor, limit: PAGE }))
        cursor = piece.nextCursor
      pages++
    } while (cursor !== '')
  })
  return ms / pages
}

const streamOf = (connection: string) => ({
  environment: 'bench',
  connection,
  model: 'Issue',
  variant: 'base',
})

async function timedMs(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}
