import { RecordsDefinition, RunFactsDefinition } from '@syncline/proto'
import { connectRedis } from '@syncline/redis'
import { connect } from '@syncline/rpc'
import { createLog } from '@syncline/service'
import { namespace, servers } from '@syncline/testkit'
import type { ShardServer } from '../src/config.ts'
import { Config, type RecordsService, start } from '../src/service.ts'
import { copyTables } from './copy-tables.ts'

export { brief, type Json, type ListedRecord, streamCalls as stream } from '@syncline/testkit/records'

/** `TEST_LOG_LEVEL=info` shows what the service has to say. */
const quiet = createLog('records', process.env.TEST_LOG_LEVEL ?? 'fatal')

interface Given {
  clickhouse?: string
  redis?: string
  nats?: string
  payloadDays?: number
  env?: { [name: string]: string }
  clock?: () => number
}

/**
 * A records service of its own, with tables and Redis keys of its own. `at` puts two of them on the same ones; the first of them
 * migrates its tables, which are a copy otherwise.
 */
export async function startRecords(at?: string, given: Given = {}) {
  if (at !== undefined) return startAt(at, given)
  const own = namespace()
  if (given.clickhouse === undefined) await copyTables(own, startAt)
  return startAt(own, given)
}

async function startAt(at: string, given: Given = {}) {
  await using open = new AsyncDisposableStack()
  const config = Config.parse({
    LISTEN: '127.0.0.1:0',
    REDIS_URL: given.redis ?? servers().redis.url,
    REDIS_PREFIX: at,
    NATS_URL: given.nats ?? servers().nats.url,
    NATS_PREFIX: at,
    CLICKHOUSE_URL: given.clickhouse ?? servers().clickhouse.url,
    CLICKHOUSE_DATABASE: at,
    RECORDS_PAYLOAD_TTL_DAYS: given.payloadDays,
    ...given.env,
  })
  const service: RecordsService = open.use(await start(config, quiet, given.clock))
  const connection = open.use(connect(`127.0.0.1:${service.port}`))
  const owned = open.move()
  return {
    at,
    config,
    service,
    records: connection.client(RecordsDefinition),
    runFacts: connection.client(RunFactsDefinition),
    redis() {
      const client = connectRedis(config.redis.url, () => {})
      return { client, [Symbol.asyncDispose]: async () => client.disconnect() }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

export type Records = Awaited<ReturnType<typeof startRecords>>

/** Where one of its shards is; the first one is 0. */
export function shardOf({ config }: Pick<Records, 'config'>, place = 0): ShardServer {
  const shard = config.shards[place]
  if (shard === undefined) throw new Error(`there is no shard ${place}`)
  return shard
}

/** Asks the tables of a service past it. */
export async function sql(of: Pick<Records, 'config'>, statement: string, place = 0): Promise<string> {
  const { url, database } = shardOf(of, place)
  const answer = await fetch(`${url}/?database=${database}`, { method: 'POST', body: statement })
  if (!answer.ok) throw new Error(await answer.text())
  return (await answer.text()).trim()
}
