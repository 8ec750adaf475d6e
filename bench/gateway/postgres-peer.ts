import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { takePort } from '@syncline/embedded'
import postgres from 'postgres'
import { record } from '../records/payload.ts'
import { login, startPostgres } from '../records/postgres.ts'
import { startProcess } from '../records/process.ts'
import { MODEL } from './stream.ts'

const INSERT = 1000

/** Fastify and Postgres, with so many records of 1 KB. */
export async function startPeer(count: number) {
  await using open = new AsyncDisposableStack()
  const logs = open.use(await mkdtempDisposable(join(tmpdir(), 'syncline-bench-'))).path
  const data = open.use(await mkdtempDisposable(join(tmpdir(), 'syncline-bench-postgres-'))).path
  const server = open.use(await startPostgres(data, join(logs, 'postgres.log')))
  const port = await takePort('the peer')
  const route = open.use(
    await startProcess(
      { main: 'bench/gateway/postgres-route.ts' },
      { PORT: String(port), POSTGRES_PORT: String(server.port) },
      join(logs, 'route.log'),
    ),
  )
  const sql = postgres({ ...login(server.port), max: 1 })
  for (let from = 0; from < count; from += INSERT) {
    const rows = Array.from({ length: Math.min(INSERT, count - from) }, (_, i) => {
      const { id, payload } = record(from + i, 0)
      return {
        model: MODEL,
        id,
        modified_at: new Date(Date.UTC(2026, 0) + from),
        payload: JSON.parse(payload.toString()),
      }
    })
    await sql`INSERT INTO records ${sql(rows)}`
  }
  await sql`VACUUM ANALYZE records`
  await sql.end()
  const owned = open.move()
  return {
    url: `http://127.0.0.1:${port}`,
    pids: { route: route.pid, postgres: server.pid },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
