// What each part of libs/rpc brings that only makes calls faster: the same calls with all of them, and without one.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { aboutRun, runLine } from '../about-run.ts'
import { median } from '../median.ts'
import { asMarkdownTable, asText, shown } from '../table.ts'
import { messageFigures } from './messages.ts'
import type { Without } from './parts.ts'
import { openInstances, routingFigures } from './routing.ts'

const ROOT = join(import.meta.dirname, '../..')
const RESULTS = 'bench/results/rpc.json'
const messageVariants: Without[] = ['nothing', 'one-writer codec', 'server window', 'sticky routing']
const routingVariants: Without[] = ['nothing', 'sticky routing']

const { values: flags } = parseArgs({ options: { quick: { type: 'boolean', default: false } } })
const sizes = flags.quick
  ? { runs: 1, seconds: 0.3, streams: 20, rounds: 2, read: 1000 }
  : { runs: 3, seconds: 1, streams: 100, rounds: 5, read: 10_000 }

/** Of each figure, by what was left out: one value for each run. */
type Results = Record<string, Partial<Record<Without, number[]>>>

const messages: Results = {}
const routing: Results = {}
// Variants take turns in each run, in both directions: what the machine does meanwhile meets all of them.
for (let run = 1; run <= sizes.runs; run++) {
  for (const without of inTurn(messageVariants, run)) {
    progress(`messages, run ${run}, without ${without}`)
    take(messages, without, await messageFigures(without, sizes.seconds))
  }
}
await using instances = await openInstances()
for (let run = 1; run <= sizes.runs; run++) {
  for (const without of inTurn(routingVariants, run)) {
    progress(`two instances of records, run ${run}, without ${without}`)
    const name = `${without}-${run}`
    take(routing, without, await routingFigures(instances.address, without, name, sizes))
  }
}

const about = aboutRun(['pnpm bench:rpc', ...process.argv.slice(2)].join(' '))
await mkdir(join(ROOT, 'bench/results'), { recursive: true })
await writeFile(join(ROOT, RESULTS), `${JSON.stringify({ ...about, sizes, messages, routing }, null, 2)}\n`)
const tables = [rows(messages, messageVariants), rows(routing, routingVariants)]
console.log(tables.map((table) => `\n${asText(table)}`).join('\n'))
console.log(
  `\n${runLine(about, [`Node ${process.version}`])}\n\n${tables.map(asMarkdownTable).join('\n\n')}\n\nAll runs: ${RESULTS}`,
)

function inTurn(variants: Without[], run: number): Without[] {
  return run % 2 === 0 ? variants.toReversed() : variants
}

function take(results: Results, without: Without, figures: Record<string, number>): void {
  for (const [figure, value] of Object.entries(figures)) {
    results[figure] ??= {}
    results[figure][without] = [...(results[figure][without] ?? []), value]
  }
}

/** The median, and the lowest and highest run. */
function rows(results: Results, variants: Without[]): string[][] {
  const header = variants.map((without) => (without === 'nothing' ? 'all parts' : `without ${without}`))
  const cell = (values: number[]) =>
    `${shown(median(values))} (${shown(Math.min(...values))}–${shown(Math.max(...values))})`
  const body = Object.entries(results).map(([figure, by]) => [
    figure,
    ...variants.map((without) => cell(by[without] ?? [])),
  ])
  return [['figure: median (lowest–highest)', ...header], ...body]
}

function progress(text: string): void {
  console.error(`${(performance.now() / 1000).toFixed(0).padStart(5)} s  ${text}`)
}
