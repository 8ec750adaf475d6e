import { mkdir, mkdtempDisposable, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Bench } from './bench.ts'
import { Clients } from './clients.ts'
import { type PeerName, startPeer } from './peers.ts'
import { asMarkdown, asText, type Results, reportOn, table } from './report.ts'
import { full, LARGEST, quick } from './sizes.ts'
import { soakFigures } from './soak.ts'
import { streamFigures } from './stream-figures.ts'
import { limitFigures, writeFigures } from './write-figures.ts'

const ROOT = join(import.meta.dirname, '../..')
const CLIENTS = 8

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    large: { type: 'boolean', default: false },
    soak: { type: 'boolean', default: false },
    'write-docs': { type: 'boolean', default: false },
  },
})
const mode = ['pnpm bench:records', ...Object.entries(flags).flatMap(([name, on]) => (on ? `--${name}` : []))]
const sizes = { ...(flags.quick ? quick : full), ...(flags.large && { beyond: [LARGEST] }) }

await using open = new AsyncDisposableStack()
// A second one ends us at once; servers and clients end with us even then.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void open.disposeAsync().finally(() => process.exit(130)))
}
const temp = open.use(await mkdtempDisposable(join(tmpdir(), 'syncline-bench-'))).path
const clients = open.use(new Clients(CLIENTS))
const results: Results = {}

// One store at a time has the machine; each part begins with empty tables.
await measure('postgres', writeFigures)
await measure('clickhouse', limitFigures)
await measure('syncline', writeFigures)
await measure('postgres', streamFigures)
await measure('syncline', streamFigures)
if (flags.soak) await measure('syncline', soakFigures)

const report = reportOn(results, mode.join(' '))
const folder = join(ROOT, 'bench/results')
await mkdir(folder, { recursive: true })
await writeFile(join(folder, 'records.json'), `${JSON.stringify(report, null, 2)}\n`)
if (flags['write-docs']) await writeDocs()
console.log(`\n${asText(table(report))}\n\nAll runs: bench/results/records.json`)

async function measure(name: PeerName, figures: (bench: Bench) => Promise<void>): Promise<void> {
  const dir = join(temp, `${name}-${figures.name}`)
  progress(name, 'starting')
  await using part = new AsyncDisposableStack()
  const peer = part.use(await startPeer[name](dir))
  // For Ctrl-C; closing twice does nothing.
  open.defer(() => part.disposeAsync())
  await clients.all('connect', () => peer.address)
  results[name] ??= { version: peer.version, figures: {} }
  const { figures: found } = results[name]
  const bench: Bench = {
    peer,
    clients,
    sizes,
    progress: (text) => progress(name, text),
    result: (key, value) => {
      found[key] = [...(found[key] ?? []), value]
    },
  }
  await figures(bench).catch(async (cause) => {
    const log = await readFile(peer.log, 'utf8')
    throw new Error(`${figures.name} of ${name} failed; the end of its log:\n${log.slice(-2000)}`, { cause })
  })
}

function progress(name: PeerName, text: string): void {
  console.error(`${(performance.now() / 1000).toFixed(0).padStart(5)} s  ${name}: ${text}`)
}

/** Puts the table between the marks of docs/benchmarks.md. */
async function writeDocs(): Promise<void> {
  const path = join(ROOT, 'docs/benchmarks.md')
  const text = await readFile(path, 'utf8')
  const marked = /(<!-- records -->\n).*(<!-- end of records -->)/s
  await writeFile(
    path,
    text.replace(marked, (_, start, end) => `${start}\n${asMarkdown(report)}\n\n${end}`),
  )
}
