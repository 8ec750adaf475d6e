import { mkdir, mkdtempDisposable, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { asText } from '../table.ts'
import { writeDocs } from '../write-docs.ts'
import type { Bench } from './bench.ts'
import { Clients } from './clients.ts'
import { type PeerName, startPeer } from './peers.ts'
import { asMarkdown, type Results, reportOn, table } from './report.ts'
import { full, LARGEST, quick, smoke } from './sizes.ts'
import { soakFigures } from './soak.ts'
import { streamFigures } from './stream-figures.ts'
import { limitFigures, writeFigures } from './write-figures.ts'

const ROOT = join(import.meta.dirname, '../..')
const RESULTS = 'bench/results/records.json'
const CLIENTS = 8
/** A little more than a head takes. */
const HEAD_BYTES = 120

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    smoke: { type: 'boolean', default: false },
    large: { type: 'boolean', default: false },
    soak: { type: 'boolean', default: false },
    'write-docs': { type: 'boolean', default: false },
  },
})
const sizes = {
  ...(flags.smoke ? smoke : flags.quick ? quick : full),
  ...(flags.large && { beyond: [LARGEST] }),
}

let interrupted = false
await run().catch((error: unknown) => {
  if (!interrupted) throw error
  process.exitCode = 130
})

async function run(): Promise<void> {
  await using temp = await mkdtempDisposable(join(tmpdir(), 'syncline-bench-'))
  await using clients = new Clients(CLIENTS)
  // Without clients nothing goes on: what runs fails, and closes all that it has opened.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      interrupted = true
      void clients[Symbol.asyncDispose]()
    })
  }
  const results: Results = {}
  const measure = (name: PeerName, figures: Figures, env = {}) =>
    measureIn(temp.path, clients, results, name, figures, env)

  // One store at a time has the machine; each part begins with empty tables.
  await measure('postgres', writeFigures)
  await measure('clickhouse', limitFigures)
  await measure('syncline', writeFigures)
  await measure('postgres', streamFigures)
  // As docs/operations/records.md has it: whoever has such a stream gives its heads room.
  await measure(
    'syncline',
    streamFigures,
    flags.large ? { RECORDS_HEADS_MAX_BYTES: String(LARGEST * HEAD_BYTES) } : {},
  )
  if (flags.soak) await measure('syncline', soakFigures)

  const report = reportOn(results, process.argv.slice(2))
  console.log(`\n${asText(table(report))}`)
  if (flags.smoke) return
  await mkdir(join(ROOT, 'bench/results'), { recursive: true })
  await writeFile(join(ROOT, RESULTS), `${JSON.stringify(report, null, 2)}\n`)
  if (flags['write-docs']) await writeDocs('records', asMarkdown(report))
  console.log(`\nAll runs: ${RESULTS}`)
}

type Figures = (bench: Bench) => Promise<void>

async function measureIn(
  temp: string,
  clients: Clients,
  results: Results,
  name: PeerName,
  figures: Figures,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  progress(name, 'starting')
  await using peer = await startPeer[name](join(temp, `${name}-${figures.name}`), env)
  results[name] ??= { version: peer.version, figures: {} }
  const { figures: found } = results[name]
  await clients.all('connect', () => peer.address)
  const bench: Bench = {
    peer,
    clients,
    sizes,
    progress: (text) => progress(name, text),
    result(key, value) {
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
