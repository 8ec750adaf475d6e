import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { aboutRun, runLine } from './about-run.ts'
import type { Figure, Part } from './part.ts'
import { asMarkdownTable, asText } from './table.ts'
import { writeDocs } from './write-docs.ts'

interface Benchmark {
  /** `pnpm bench:<name>`; its figures are in results/<name>.json and, with --write-docs, in docs/reference/benchmarks.md. */
  name: string
  parts: Record<string, () => Promise<{ run: Part }>>
  versions?: string[]
}

/** Runs the parts that the command line names, or all, and keeps the figures of those that were not run this time. */
export async function runParts({ name, parts, versions = [] }: Benchmark): Promise<void> {
  const { values: flags, positionals } = parseArgs({
    options: {
      smoke: { type: 'boolean', default: false },
      'write-docs': { type: 'boolean', default: false },
    },
    allowPositionals: true,
  })
  const names = Object.keys(parts)
  const unknown = positionals.filter((part) => !names.includes(part))
  if (unknown.length > 0) throw new Error(`there is no part '${unknown}': choose of ${names.join(', ')}`)

  const found: Record<string, Figure[]> = {}
  for (const [part, load] of Object.entries(parts)) {
    if (positionals.length > 0 && !positionals.includes(part)) continue
    const progress = (text: string) =>
      console.error(`${(performance.now() / 1000).toFixed(0).padStart(5)} s  ${part}: ${text}`)
    const { run } = await load()
    found[part] = await run({ smoke: flags.smoke, progress })
    console.log(`\n${asText(rowsOf({ [part]: found[part] }))}\n`)
  }
  if (!flags.smoke) {
    const about = aboutRun([`pnpm bench:${name}`, ...process.argv.slice(2)].join(' '))
    const file = join(import.meta.dirname, 'results', `${name}.json`)
    const results = { ...(await earlier(file)), ...found }
    await mkdir(join(import.meta.dirname, 'results'), { recursive: true })
    await writeFile(file, `${JSON.stringify({ ...about, versions, results }, null, 2)}\n`)
    const text = `${runLine(about, [`Node ${process.version}`, ...versions])}\n\n${asMarkdownTable(rowsOf(results))}`
    if (flags['write-docs']) await writeDocs(name, text)
    console.log(`All figures: bench/results/${name}.json`)
  }
  const missed = Object.values(found)
    .flat()
    .some(({ ok }) => !ok)
  if (missed && !flags.smoke) process.exitCode = 1
}

function rowsOf(results: Record<string, Figure[]>): string[][] {
  const mark = ({ reach, ok }: Figure) => (reach === '' ? '' : ok ? '✓' : '✗')
  const rows = Object.values(results)
    .flat()
    .map((figure) => [figure.name, figure.value, figure.reach, mark(figure)])
  return [['figure', 'value', 'reach', ''], ...rows]
}

async function earlier(file: string): Promise<Record<string, Figure[]>> {
  const text = await readFile(file, 'utf8').catch(() => '{}')
  return (JSON.parse(text) as { results?: Record<string, Figure[]> }).results ?? {} // we wrote it
}
