// What outgoing calls cost, and whether they keep to the quotas of APIs: `pnpm bench:outgoing [part…] [--smoke]`.
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { aboutRun, runLine } from '../about-run.ts'
import { asMarkdownTable, asText } from '../table.ts'
import { writeDocs } from '../write-docs.ts'
import type { Figure, Part } from './part.ts'

const ROOT = join(import.meta.dirname, '../..')
const RESULTS = 'bench/results/outgoing.json'
const PARTS = ['overhead', 'budget', 'throttled', 'refresh']

const { values: flags, positionals } = parseArgs({
  options: {
    smoke: { type: 'boolean', default: false },
    'write-docs': { type: 'boolean', default: false },
  },
  allowPositionals: true,
})
const unknown = positionals.filter((name) => !PARTS.includes(name))
if (unknown.length > 0) throw new Error(`there is no part '${unknown}': choose of ${PARTS.join(', ')}`)
const files = PARTS.map((name) => ({ name, path: join(import.meta.dirname, `${name}.ts`) }))
const chosen = files.filter(
  ({ name, path }) => existsSync(path) && (positionals.length === 0 || positionals.includes(name)),
)

const results: Record<string, Figure[]> = {}
for (const { name, path } of chosen) {
  const progress = (text: string) =>
    console.error(`${(performance.now() / 1000).toFixed(0).padStart(5)} s  ${name}: ${text}`)
  const { run } = (await import(path)) as { run: Part } // as part.ts declares it
  results[name] = await run({ smoke: flags.smoke, progress })
}

const about = aboutRun(['pnpm bench:outgoing', ...process.argv.slice(2)].join(' '))
const mark = ({ reach, ok }: Figure) => (reach === '' ? '' : ok ? '✓' : '✗')
const rows = Object.values(results)
  .flat()
  .map((figure) => [figure.name, figure.value, figure.reach, mark(figure)])
const table = [['figure', 'value', 'reach', ''], ...rows]
console.log(`\n${asText(table)}`)
if (!flags.smoke) {
  await mkdir(join(ROOT, 'bench/results'), { recursive: true })
  await writeFile(join(ROOT, RESULTS), `${JSON.stringify({ ...about, results }, null, 2)}\n`)
  const text = `${runLine(about, [`Node ${process.version}`])}\n\n${asMarkdownTable(table)}`
  if (flags['write-docs']) await writeDocs('outgoing', text)
  console.log(`\nAll figures: ${RESULTS}`)
}
const missed = Object.values(results)
  .flat()
  .some(({ ok }) => !ok)
if (missed && !flags.smoke) process.exitCode = 1
