import { randomUUID } from 'node:crypto'
import { RecordsDefinition, type SaveMode, type SaveResponse, type Stream } from '@syncline/proto'
import { batchOf, encodeRecord, wholePage } from '@syncline/record'
import { connectRedis } from '@syncline/redis'
import { connect } from '@syncline/rpc'
import { createLog } from '@syncline/service'
import { namespace, servers } from '@syncline/testkit'
import type { Shard } from '../src/config.ts'
import { Config, type RecordsService, start } from '../src/service.ts'

/** `TEST_LOG_LEVEL=info` shows what the service has to say. */
const quiet = createLog('records', process.env.TEST_LOG_LEVEL ?? 'fatal')

export type Json = { [key: string]: unknown }

/** A records service of its own, with tables and Redis keys of its own; `at` puts two of them on the same ones. */
export async function startRecords(
  at = namespace(),
  given: {
    clickhouse?: string
    redis?: string
    payloadDays?: number
    env?: { [name: string]: string }
    clock?: () => number
  } = {},
) {
  await using open = new AsyncDisposableStack()
  const config = Config.parse({
    LISTEN: '127.0.0.1:0',
    REDIS_URL: given.redis ?? servers().redis.url,
    REDIS_PREFIX: at,
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
    redis() {
      const client = connectRedis(config.redis.url, () => {})
      return { client, [Symbol.asyncDispose]: async () => client.disconnect() }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

export type Records = Awaited<ReturnType<typeof startRecords>>

/** Where one of its shards is; the first one is 0. */
export function shardOf({ config }: Pick<Records, 'config'>, place = 0): Shard {
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

/** A stream of its own for a test, and the calls on it in short. */
export function stream(records: Records['records'], more: Partial<Stream> = {}) {
  const stream: Stream = {
    environment: 'dev',
    connection: randomUUID(),
    model: 'Issue',
    variant: 'base',
    ...more,
  }
  let writer = { runId: randomUUID(), sync: 'issues', fence: 65_537 }
  return {
    stream,
    get writer() {
      return writer
    },
    /** A new run begins, with a higher fence; or the next attempt of the present one. */
    async begin({ again = false, empty = false } = {}) {
      writer = { ...writer, runId: again ? writer.runId : randomUUID(), fence: writer.fence + 1 }
      return records.begin({ writer, streams: [stream], empty })
    },
    save: (values: Json[], as = writer) => records.save(save(values, 'SAVE_MODE_REPLACE', as)),
    merge: (values: Json[]) => records.save(save(values, 'SAVE_MODE_MERGE', writer)),
    delete: (ids: string[]) => records.delete({ stream, writer, ids }),
    trackDeletes: () => records.startTrackingDeletes({ stream, writer }),
    endTrackingDeletes: (allowMassDelete = false) =>
      toTheEnd(() => records.endTrackingDeletes({ stream, writer, allowMassDelete })),
    deleteUnseen: (allowMassDelete = false) =>
      toTheEnd(() => records.deleteUnseen({ stream, writer, allowMassDelete })),
    async list(request: Partial<Parameters<Records['records']['listRecords']>[0]> = {}) {
      const page = await wholePage(records.listRecords({ stream, limit: 100, ...request }))
      return { records: parse(page.records), cursor: page.nextCursor }
    },
    async all(limit = 100) {
      const found: ListedRecord[] = []
      for (let cursor = ''; ; ) {
        const page = await wholePage(records.listRecords({ stream, limit, cursor }))
        found.push(...parse(page.records))
        if (page.nextCursor === '') return found
        cursor = page.nextCursor
      }
    },
    async count() {
      const { sizes } = await records.countRecords({ streams: [stream] })
      return sizes[0]
    },
    async versions(id: string, request: { cursor?: string; limit?: number } = {}) {
      const page = await wholePage(records.listVersions({ stream, id, limit: 100, ...request }))
      return { records: parse(page.records), cursor: page.nextCursor }
    },
    prune: (untilCursor: string, limit = 0) => records.pruneRecords({ stream, untilCursor, limit }),
    empty: () => records.emptyStreams({ streams: [stream] }),
  }

  function save(values: Json[], mode: SaveMode, as: typeof writer) {
    return { stream, writer: as, mode, batch: batchOf(values.map((value) => encodeRecord(value))) }
  }
}

/** As the runner does it: a long deletion takes several calls. */
async function toTheEnd(call: () => Promise<SaveResponse>) {
  let deleted = 0
  for (;;) {
    const response = await call()
    deleted += response.deleted
    if (!response.more) return { ...response, deleted }
  }
}

export type ListedRecord = Json & {
  id: string | number
  _nango_metadata: {
    first_seen_at: string
    last_modified_at: string
    last_action: string
    deleted_at: string | null
    pruned_at: string | null
    cursor: string
  }
}

function parse(json: Buffer): ListedRecord[] {
  const records: unknown = JSON.parse(json.toString())
  return records as ListedRecord[] // by contract
}

/** `a ADDED`: id and last action. */
export const brief = (records: ListedRecord[]) =>
  records.map(({ id, _nango_metadata }) => `${id} ${_nango_metadata.last_action}`)
