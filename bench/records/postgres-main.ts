import { readFile } from 'node:fs/promises'
import { serve } from '@syncline/rpc'
import { runService, variable } from '@syncline/service'
import postgres from 'postgres'
import { z } from 'zod'
import { login } from './postgres.ts'
import { postgresStore, StoreDefinition } from './postgres-store.ts'

const CONNECTIONS = 10

const Config = z.object({ LISTEN: variable.text(), POSTGRES_PORT: variable.port() })

await runService('bench-postgres', Config, async (config, log) => {
  await using open = new AsyncDisposableStack()
  const sql = postgres({
    ...login(config.POSTGRES_PORT),
    max: CONNECTIONS,
    types: { int8: { to: 20, from: [20], parse: Number, serialize: String } },
  })
  open.defer(() => sql.end())
  await sql.unsafe(await readFile(new URL('./postgres-store.sql', import.meta.url), 'utf8'))
  open.use(
    await serve(
      config.LISTEN,
      (server) => server.add(StoreDefinition, postgresStore(sql)),
      (path, err) => log.error({ path, err }, 'fault'),
    ),
  )
  const owned = open.move()
  return { health: async () => ({}), [Symbol.asyncDispose]: () => owned.disposeAsync() }
})
