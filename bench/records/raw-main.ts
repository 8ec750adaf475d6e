import { createClient } from '@clickhouse/client'
import { serve } from '@syncline/rpc'
import { runService, variable } from '@syncline/service'
import { z } from 'zod'
import { RawDefinition, rawStore, rawTable } from './raw-store.ts'

const Config = z.object({ LISTEN: variable.text(), CLICKHOUSE_URL: variable.url() })

await runService('bench-clickhouse', Config, async (config, log) => {
  await using open = new AsyncDisposableStack()
  const clickhouse = createClient({ url: config.CLICKHOUSE_URL, keep_alive: { idle_socket_ttl: 1500 } })
  open.defer(() => clickhouse.close())
  await clickhouse.command({ query: rawTable })
  open.use(
    await serve(
      config.LISTEN,
      (server) => server.add(RawDefinition, rawStore(clickhouse)),
      (path, err) => log.error({ path, err }, 'fault'),
    ),
  )
  const owned = open.move()
  return { health: async () => ({}), [Symbol.asyncDispose]: () => owned.disposeAsync() }
})
