import { mkdir, mkdtempDisposable, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { bundleFunction, openFunctionSandboxes, type ProgramInput } from '@syncline/functions'
import type { ReusePolicy } from '@syncline/sandbox'
import { aboutRun } from '../about-run.ts'
import { asText } from '../table.ts'
import { usageOfChildren } from './usage-of-children.ts'
import { AT_ONCE } from './work.ts'

/**
 * Trivial runs of one function through one pool: `pnpm bench:sandbox-reuse [--runs 100000] [--policy never] [--smoke]`. They
 * come as fast as they end, so the times are those of a saturated pool; then a hundred come one at a time.
 */
const RESULTS = join(import.meta.dirname, '../results/sandbox-reuse.json')
const ALONE = 100
/** Memory is read so many times. */
const SAMPLES = 20
const MIB = 1024 * 1024

const { values: flags } = parseArgs({
  options: {
    runs: { type: 'string', default: '100000' },
    policy: { type: 'string', default: 'bundle' },
    smoke: { type: 'boolean', default: false },
  },
})
const runs = flags.smoke ? 300 : Number(flags.runs)
const reuse = flags.policy as ReusePolicy // `openSandboxes` knows no other; the default is one

const source = `import { createSync } from '@syncline/sdk'
import { z } from 'zod'
const Contact = z.object({ id: z.string(), name: z.string().optional(), age: z.number().nullable(), tags: z.array(z.string()) })
export default createSync({
  description: 'trivial', version: '1.0.0', frequency: 'every hour', syncType: 'full', models: { Contact },
  exec: async (nango) => { await nango.log('first line') },
})`

await using folder = await mkdtempDisposable(join(tmpdir(), 'syncline-bench-'))
const file = join(folder.path, 'trivial.ts')
await writeFile(file, source)
const bundle = (await bundleFunction(file)).text
const input: ProgramInput = {
  task: 'sync',
  facts: {
    connectionId: 'c',
    providerConfigKey: 'p',
    provider: 'p',
    environmentName: 'dev',
    syncId: 's',
    syncJobId: 1,
    variant: 'base',
    lastSyncDate: null,
    syncConfig: { sync_name: 's', type: 'sync', models: [], runs: '', version: '1', track_deletes: false },
    emptyCache: false,
    environmentId: 1,
    nangoConnectionId: 1,
    activityLogId: 'r',
    logLevel: '',
    pagination: {},
  },
}

const left = new Map<string, number>()
await using sandboxes = await openFunctionSandboxes({
  reuse,
  warm: { least: 2, most: 8 },
  onLeft: (what) => left.set(what, (left.get(what) ?? 0) + 1),
})
const pids = new Set<number>()

/** @returns From the wish to run to the first line, in ms. */
async function run(): Promise<number> {
  const started = performance.now()
  let firstLine = 0
  using sandbox = await sandboxes.take({ bundle, reuse: { tenant: 'dev', hash: 'trivial' } })
  pids.add(sandbox.pid)
  const onLog = () => {
    firstLine ||= performance.now() - started
  }
  const outcome = await sandbox.run({ input, host: {}, onLog })
  if (outcome.kind !== 'success') throw new Error(`the function ended as ${JSON.stringify(outcome)}`)
  return firstLine
}

const memory: {
  runs: number
  parentMib: number
  childrenMib: number
  children: number
  largestMib: number
}[] = []
async function sample(done: number): Promise<void> {
  const children = await usageOfChildren()
  memory.push({
    runs: done,
    parentMib: Math.round(process.memoryUsage().rss / MIB),
    childrenMib: Math.round(children.reduce((sum, { memoryMb }) => sum + memoryMb, 0)),
    children: children.length,
    largestMib: Math.round(Math.max(0, ...children.map(({ memoryMb }) => memoryMb))),
  })
}

for (let n = 0; n < 50; n++) await run() // until the pool is what it will be
const times: number[] = []
const started = performance.now()
const before = await cpuMs()
let begun = 0
const worker = async () => {
  while (begun < runs) {
    if (begun++ % Math.ceil(runs / SAMPLES) === 0) await sample(begun - 1)
    times.push(await run())
  }
}
await Promise.all(Array.from({ length: AT_ONCE }, worker))
await sample(runs)
const seconds = (performance.now() - started) / 1000
const used = (await cpuMs()) - before
const alone: number[] = []
for (let n = 0; n < ALONE; n++) {
  alone.push(await run())
  await new Promise((resolve) => setTimeout(resolve, 20))
}

const figures = {
  runs,
  policy: reuse,
  level: sandboxes.level,
  perSecond: runs / seconds,
  processorMs: used / runs,
  saturated: { p50: percentile(times, 0.5), p99: percentile(times, 0.99) },
  alone: { p50: percentile(alone, 0.5), p99: percentile(alone, 0.99) },
  children: pids.size,
  bundleBytes: bundle.length,
  left: Object.fromEntries(left),
}
await mkdir(join(RESULTS, '..'), { recursive: true })
const about = aboutRun(['pnpm bench:sandbox-reuse', ...process.argv.slice(2)].join(' '))
await writeFile(RESULTS, `${JSON.stringify({ ...about, ...figures, memory }, null, 2)}\n`)
const ms = (value: number) => value.toFixed(1)
console.log(
  asText([
    ['figure', 'value'],
    ['runs a second', figures.perSecond.toFixed(0)],
    ['processor of all processes, each run (ms)', ms(figures.processorMs)],
    [
      'to the first line, saturated, p50 / p99 (ms)',
      `${ms(figures.saturated.p50)} / ${ms(figures.saturated.p99)}`,
    ],
    [
      'to the first line, one at a time, p50 / p99 (ms)',
      `${ms(figures.alone.p50)} / ${ms(figures.alone.p99)}`,
    ],
    ['children used', String(figures.children)],
  ]),
)
console.log(
  asText([
    ['after runs', 'parent (MiB)', 'children (MiB)', 'children', 'largest (MiB)'],
    ...memory.map((at) => [at.runs, at.parentMib, at.childrenMib, at.children, at.largestMib].map(String)),
  ]),
)
console.log(
  `\nAll figures: ${RESULTS}${left.size > 0 ? `\nLeft by runs: ${JSON.stringify(figures.left)}` : ''}`,
)

function percentile(values: number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0
}

/** Of this process and its children, those that have ended with them. */
async function cpuMs(): Promise<number> {
  const stat = await readFile('/proc/self/stat', 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticks = [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0)
  const children = await usageOfChildren()
  return ticks * 10 + children.reduce((sum, child) => sum + child.cpuMs, 0)
}
