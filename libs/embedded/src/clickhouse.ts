import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { clickHouseSettings, clickHouseUsers } from './clickhouse-settings.ts'
import { findExecutable } from './executable.ts'
import { type Server, type ServerOptions, startServer } from './server.ts'
import { StartError } from './start-error.ts'

export async function startClickHouse(options: ServerOptions): Promise<Server> {
  const { kind, command } = await findClickHouse()
  return startServer(
    {
      name: 'ClickHouse',
      kind,
      scheme: 'http',
      async command({ dir, port }) {
        const file = join(dir, 'config.xml')
        const users = join(dir, 'users.xml')
        await writeFile(file, clickHouseSettings({ dir, port, users }))
        await writeFile(users, clickHouseUsers)
        return command({ dir, port, file })
      },
      async answers(port, signal) {
        const answer = await fetch(`http://127.0.0.1:${port}/?query=SELECT%201`, { signal })
        return answer.ok && (await answer.text()) === '1\n'
      },
    },
    options,
  )
}

type Place = { dir: string; port: number; file: string }
type ClickHouse = { kind: string; command(place: Place): [string, ...string[]] }

/** The engine from npm; where there is none for this platform, an installed one. */
async function findClickHouse(): Promise<ClickHouse> {
  const library = chdbLibrary()
  if (library) {
    return {
      kind: `ClickHouse ${library.version} of npm's ${library.name}`,
      command: ({ dir, port, file }) => [
        process.execPath,
        '--disable-warning=ExperimentalWarning',
        fileURLToPath(new URL('./clickhouse-process.ts', import.meta.url)),
        library.path,
        ...['--path', dir, '--http_port', String(port), '--config-file', file, '--query', serveForever],
      ],
    }
  }
  const executable = await findExecutable('clickhouse')
  if (executable) {
    return {
      kind: executable,
      command: ({ file }) => [executable, 'server', '--config-file', file, '--', '--logger.console=1'],
    }
  }
  throw new StartError(
    `ClickHouse is missing: npm has no ${chdbPackage} for this machine; install the program clickhouse (https://clickhouse.com/docs/install)`,
  )
}

const chdbPackage = `@chdb/lib-${process.platform}-${process.arch}${process.platform === 'linux' ? '-gnu' : ''}`

function chdbLibrary() {
  const require = createRequire(import.meta.url)
  try {
    const { version } = require(`${chdbPackage}/package.json`) as { version: string }
    return { name: chdbPackage, version, path: require.resolve(`${chdbPackage}/libchdb.so`) }
  } catch {
    return undefined
  }
}

// The library runs queries; this one starts its HTTP server and then never ends.
const serveForever = `
  SYSTEM START LISTEN HTTP;
  SELECT sleepEachRow(3) FROM system.numbers
  SETTINGS max_block_size = 1, function_sleep_max_microseconds_per_block = 0
  FORMAT Null`
