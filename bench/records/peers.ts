import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startClickHouse, startRedis, takePort } from '@syncline/embedded'
import postgres from 'postgres'
import { Pool } from 'undici'
import { askClickHouse } from './ask-clickhouse.ts'
import { login, startPostgres } from './postgres.ts'
import { type Program, startProcess } from './process.ts'

/** A store behind records.proto, on servers and data of its own. */
export interface Peer extends AsyncDisposable {
  name: PeerName
  /** Of what it is built on. */
  version: string
  address: string
  /** Of the process that serves the calls. */
  pid: number
  /** The file with its output. */
  log: string
  /** Bytes that its tables take. */
  diskBytes(): Promise<number>
}

export type PeerName = 'postgres' | 'clickhouse' | 'syncline'

export const startPeer = {
  /** The peer that we compare with. */
  async postgres(dir: string): Promise<Peer> {
    await using open = new AsyncDisposableStack()
    // Not in `dir`, where another user can't reach it.
    const data = open.use(await mkdtempDisposable(join(tmpdir(), 'syncline-bench-postgres-'))).path
    const server = open.use(await startPostgres(data, join(dir, 'postgres.log')))
    const sql = postgres({ ...login(server.port), max: 1 })
    open.defer(() => sql.end())
    const [row] = await sql<{ server_version: string }[]>`SHOW server_version`
    return peer('postgres', `Postgres ${row?.server_version}`, open.move(), {
      main: 'bench/records/postgres-main.ts',
      env: { POSTGRES_PORT: String(server.port) },
      log: join(dir, 'store.log'),
      async diskBytes() {
        const [row] = await sql<{ bytes: number }[]>`
          SELECT (pg_total_relation_size('records') + pg_total_relation_size('streams'))::float8 AS bytes`
        return row?.bytes ?? 0
      },
    })
  },

  /** The limit: inserts alone. */
  async clickhouse(dir: string): Promise<Peer> {
    await using open = new AsyncDisposableStack()
    const { url, version, diskBytes } = await openClickHouse(dir, open)
    return peer('clickhouse', version, open.move(), {
      main: 'bench/records/raw-main.ts',
      env: { CLICKHOUSE_URL: url },
      log: join(dir, 'store.log'),
      diskBytes,
    })
  },

  /** Ours. */
  async syncline(dir: string, env: NodeJS.ProcessEnv = {}): Promise<Peer> {
    await using open = new AsyncDisposableStack()
    const { url, version, diskBytes } = await openClickHouse(dir, open)
    const redis = open.use(await startRedis({ dir: join(dir, 'redis'), log: join(dir, 'redis.log') }))
    return peer('syncline', version, open.move(), {
      main: 'services/records/src/main.ts',
      flags: ['--max-semi-space-size=4'], // as docker-compose.yml has it
      env: { ...env, CLICKHOUSE_URL: url, REDIS_URL: redis.url },
      log: join(dir, 'store.log'),
      diskBytes,
    })
  },
} satisfies Record<PeerName, (dir: string, env: NodeJS.ProcessEnv) => Promise<Peer>>

/** The process that serves, on top of what it needs. */
async function peer(
  name: PeerName,
  version: string,
  needs: AsyncDisposableStack,
  program: Program & { env: NodeJS.ProcessEnv; log: string; diskBytes: Peer['diskBytes'] },
): Promise<Peer> {
  await using open = needs
  const { env, log, diskBytes } = program
  const address = `127.0.0.1:${await takePort(name)}`
  const server = open.use(await startProcess(program, { ...env, LISTEN: address }, log))
  const owned = open.move()
  return {
    name,
    version,
    address,
    pid: server.pid,
    log,
    diskBytes,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function openClickHouse(dir: string, open: AsyncDisposableStack) {
  const server = open.use(
    await startClickHouse({ dir: join(dir, 'clickhouse'), log: join(dir, 'clickhouse.log') }),
  )
  const pool = new Pool(server.url)
  open.defer(() => pool.close())
  return {
    url: server.url,
    version: `ClickHouse ${await askClickHouse(pool, 'SELECT version()')}`,
    diskBytes: async () =>
      Number(
        await askClickHouse(
          pool,
          `SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND database != 'system'`,
        ),
      ),
  }
}
