import { join } from 'node:path'
import { type Server, startClickHouse, startRedis, takePort } from '@syncline/embedded'
import { ROOT, startProcess } from './process.ts'

/** A folder with this repository as it is, or as it was. */
export type Checkout = { name: 'before' | 'now'; root: string }

/** @param before A folder with the code of before, if that is measured too. */
export const checkouts = (before: string | undefined): Checkout[] => [
  ...(before ? [{ name: 'before' as const, root: before }] : []),
  { name: 'now', root: ROOT },
]

/** ClickHouse and Redis, for all checkouts of a benchmark: each has a database and a prefix of its own. */
export async function startServers(dir: string) {
  await using open = new AsyncDisposableStack()
  const at = (name: string) => ({ dir: join(dir, name), log: join(dir, `${name}.log`) })
  const clickhouse = open.use(await startClickHouse(at('clickhouse')))
  const redis = open.use(await startRedis(at('redis')))
  const owned = open.move()
  return { dir, clickhouse, redis, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

export type Servers = Awaited<ReturnType<typeof startServers>>

export type RecordsProcess = Server & { address: string; log: string }

/** The process of `services/records` of a checkout. `flags`: of Node. */
export async function startRecords(
  { name, root }: Checkout,
  { dir, clickhouse, redis }: Servers,
  { env = {}, flags = [] }: { env?: NodeJS.ProcessEnv; flags?: string[] } = {},
): Promise<RecordsProcess> {
  const address = `127.0.0.1:${await takePort('records')}`
  const log = join(dir, `records-${name}.log`)
  const server = await startProcess(
    // As docker-compose.yml has it.
    { main: 'services/records/src/main.ts', root, flags: ['--max-semi-space-size=4', ...flags] },
    {
      ...env,
      LISTEN: address,
      CLICKHOUSE_URL: clickhouse.url,
      CLICKHOUSE_DATABASE: `bench_${name}`,
      REDIS_URL: redis.url,
      REDIS_PREFIX: `bench-${name}`,
    },
    log,
  )
  return { ...server, address, log }
}
