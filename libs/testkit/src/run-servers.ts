// `pnpm test:servers`: the servers of the tests, until Ctrl-C. Tests in a shell with the printed variables use them
// instead of starting their own.
import { once } from 'node:events'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { startServers, variableOf } from './start-servers.ts'

const folder = join(import.meta.dirname, '../../../.syncline')
const file = join(folder, 'test-servers.env')

const stop = AbortSignal.any(
  (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal) => {
    const received = new AbortController()
    process.on(signal, () => received.abort())
    return received.signal
  }),
)
await using temp = await mkdtempDisposable(join(tmpdir(), 'syncline-test-servers-'))
await using servers = await startServers(temp.path)
const { nats, redis, clickhouse } = servers
const lines = Object.entries({ nats, redis, clickhouse }).map(
  ([name, { url }]) => `export ${variableOf(name)}=${url}\n`,
)
mkdirSync(folder, { recursive: true })
writeFileSync(file, lines.join(''))
console.log(`${lines.join('')}\nin another terminal: source ${relative(process.cwd(), file)}\nstop: Ctrl-C`)
if (!stop.aborted) await once(stop, 'abort')
rmSync(file, { force: true })
