import { serve } from '@syncline/rpc'
import { runService, variable } from '@syncline/service'
import { Pool } from 'undici'
import { z } from 'zod'
import { askClickHouse } from './ask-clickhouse.ts'
import { RawDefinition, rawStore, rawTable } from './raw-store.ts'

const Config = z.object({ LISTEN: variable.text(), CLICKHOUSE_URL: variable.url() })

await runService('bench-clickhouse', Config, async (config, log) => {
  await using open = new AsyncDisposableStack()
  const pool = new Pool(config.CLICKHOUSE_URL)
  open.defer(() => pool.close())
  await askClickHouse(pool, rawTable)
  open.use(
    await serve(
      config.LISTEN,
      (server) => server.add(RawDefinition, rawStore(pool)),
      (path, err) => log.error({ path, err }, 'fault'),
    ),
  )
  const owned = open.move()
  return { health: async () => ({}), [Symbol.asyncDispose]: () => owned.disposeAsync() }
})
