import { execFile } from 'node:child_process'
import { chown, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Server, StartError, startServer } from '@syncline/embedded'
import postgres from 'postgres'

const DEBIAN = '/usr/lib/postgresql'
const run = promisify(execFile)

/** More memory than by default; a commit is on the disk when it is acknowledged. */
const settings = {
  shared_buffers: '512MB',
  synchronous_commit: 'on',
  fsync: 'on',
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
}

/** A cluster of its own in the empty folder `data`. Postgres refuses to run as root: then it runs as the package's user. */
export async function startPostgres(data: string, log: string): Promise<Server> {
  const programs = await findPostgres()
  const owner = process.getuid?.() === 0 ? await postgresUser() : undefined
  if (owner) await chown(data, owner.uid, owner.gid)
  await run(join(programs, 'initdb'), ['--pgdata', data, '--username', 'bench', '--auth', 'trust'], {
    cwd: data,
    env: { LC_ALL: 'C.UTF-8' },
    ...owner,
  })
  const as = owner
    ? ['/usr/bin/setpriv', '--reuid', String(owner.uid), '--regid', String(owner.gid), '--clear-groups']
    : ['/usr/bin/env']
  return startServer(
    {
      name: 'Postgres',
      kind: `postgres of ${programs}`,
      scheme: 'postgres',
      command: async ({ port }) => [
        ...(as as [string, ...string[]]), // both begin with a program
        join(programs, 'postgres'),
        ...['-D', data, '-p', String(port)],
        ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
      async answers(port) {
        const sql = postgres({ ...login(port), max: 1, connect_timeout: 2 })
        try {
          await sql`SELECT 1`
          return true
        } finally {
          await sql.end({ timeout: 1 })
        }
      },
    },
    { dir: data, log },
  )
}

export const login = (port: number) => ({ host: '127.0.0.1', port, username: 'bench', database: 'postgres' })

async function findPostgres(): Promise<string> {
  const versions = await readdir(DEBIAN).catch(() => [])
  const newest = versions.toSorted((a, b) => Number(b) - Number(a))[0]
  if (newest) return join(DEBIAN, newest, 'bin')
  const { stdout } = await run('pg_config', ['--bindir']).catch((cause) => {
    throw new StartError('Postgres is missing: apt-get install postgresql', { cause })
  })
  return stdout.trim()
}

async function postgresUser(): Promise<{ uid: number; gid: number }> {
  const id = async (option: string) => Number((await run('id', [option, 'postgres'])).stdout)
  return { uid: await id('-u'), gid: await id('-g') }
}
