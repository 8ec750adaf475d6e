import { readFile } from 'node:fs/promises'
import { runService, variable } from '@syncline/service'
import { fastify } from 'fastify'
import postgres from 'postgres'
import { z } from 'zod'
import { login } from '../records/postgres.ts'

/**
 * The peer: `GET /records` as one would write it in an hour, on one table of Postgres with the index that it needs. It asks
 * for no key and checks nothing, and has no history, filters or deletions.
 */

const CONNECTIONS = 10

const Config = z.object({ PORT: variable.port(), POSTGRES_PORT: variable.port() })

type Query = { model: string; cursor?: string; limit: number }
type Row = { id: string; modified_at: Date; payload: object }

await runService('bench-postgres-route', Config, async (config) => {
  await using open = new AsyncDisposableStack()
  const sql = postgres({ ...login(config.POSTGRES_PORT), max: CONNECTIONS })
  open.defer(() => sql.end())
  await sql.unsafe(await readFile(new URL('./postgres-route.sql', import.meta.url), 'utf8'))
  const app = fastify({ logger: false })
  app.get<{ Querystring: Query }>('/records', async ({ query }) => {
    const limit = Number(query.limit)
    const cursor = Buffer.from(query.cursor ?? '', 'base64').toString() || `${new Date(0).toISOString()}||`
    const [after = '', id = ''] = cursor.split('||')
    const rows = await sql<Row[]>`
      SELECT id, modified_at, payload FROM records
      WHERE model = ${query.model} AND (modified_at, id) > (${after}, ${id})
      ORDER BY modified_at, id LIMIT ${limit}`
    const records = rows.map(({ payload, modified_at }) => ({
      ...payload,
      _metadata: { last_modified_at: modified_at },
    }))
    const last = rows.length === limit ? rows.at(-1) : undefined
    const end = last && Buffer.from(`${last.modified_at.toISOString()}||${last.id}`).toString('base64')
    return { records, next_cursor: end ?? null }
  })
  open.defer(() => app.close())
  await app.listen({ host: '127.0.0.1', port: config.PORT })
  const owned = open.move()
  return { health: async () => ({}), [Symbol.asyncDispose]: () => owned.disposeAsync() }
})
