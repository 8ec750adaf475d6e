import { join } from 'node:path'
import { startClickHouse, startNats, startRedis } from '@syncline/embedded'
import type { Servers } from './servers.ts'

const starts = { nats: startNats, redis: startRedis, clickhouse: startClickHouse }

/** The variable that names a server which runs already. */
export const variableOf = (name: string) => `SYNCLINE_TEST_${name.toUpperCase()}_URL`

/** Starts NATS, Redis and ClickHouse with their data in `dir`, except those that `env` names. */
export async function startServers(
  dir: string,
  env: NodeJS.ProcessEnv = {},
): Promise<Servers & AsyncDisposable> {
  await using open = new AsyncDisposableStack()
  const server = async (name: keyof typeof starts) => {
    const url = env[variableOf(name)]
    if (url) return { url }
    return open.use(await starts[name]({ dir: join(dir, name), log: join(dir, `${name}.log`) }))
  }
  const all = [server('nats'), server('redis'), server('clickhouse')] as const
  await Promise.allSettled(all) // when one fails, `open` has to hold the others
  const [nats, redis, clickhouse] = await Promise.all(all)
  const owned = open.move()
  return { nats, redis, clickhouse, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
