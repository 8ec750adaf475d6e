import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { aboutRun, runLine } from '../about-run.ts'
import { median } from '../median.ts'
import { asMarkdownTable, asText, shown } from '../table.ts'
import { writeDocs } from '../write-docs.ts'
import { forked } from './forked.ts'
import type { Peer } from './peer.ts'
import { sandboxed } from './sandboxed.ts'
import { threaded } from './threaded.ts'

const ROOT = join(import.meta.dirname, '../..')
const RESULTS = 'bench/results/sandbox.json'

type Figure = {
  key: 'warm' | 'cold' | 'rate' | 'idleMib' | 'channel'
  title: string
  reach: string
  ok: (value: number) => boolean
}

const figures: Figure[] = [
  { key: 'warm', title: 'warm: run to result, p50 (ms)', reach: '≤ 3 ms', ok: (ms) => ms <= 3 },
  { key: 'cold', title: 'cold: start to result, p50 (ms)', reach: '≤ 60 ms', ok: (ms) => ms <= 60 },
  { key: 'rate', title: 'runs a second, each in a fresh one', reach: '≥ 30', ok: (rate) => rate >= 30 },
  {
    key: 'idleMib',
    title: 'private memory of a waiting one (MiB)',
    reach: '≤ 12 MiB',
    ok: (mib) => mib <= 12,
  },
  { key: 'channel', title: 'records to the parent (MB/s)', reach: '≥ 50 MB/s', ok: (rate) => rate >= 50 },
]

const { values: flags } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, 'write-docs': { type: 'boolean', default: false } },
})
const [starts, rounds, seconds] = flags.quick ? [30, 1, 3] : [150, 3, 10]

type Found = Partial<Record<Figure['key'], number[]>>
const results: Record<string, Found> = {}
const versions = [`Node ${process.version}`]
for (let round = 1; round <= rounds; round++) {
  for (const open of [sandboxed, forked, threaded]) {
    await using peer = await open()
    if (round === 1) versions.push(peer.name)
    results[open.name] ??= {}
    const found = results[open.name] as Found // made above
    for (const { key } of figures) {
      console.error(
        `${(performance.now() / 1000).toFixed(0).padStart(5)} s  round ${round}: ${key} of ${peer.name}`,
      )
      const value = await measure(peer, key)
      if (value !== undefined) found[key] = [...(found[key] ?? []), value]
    }
  }
}

async function measure(peer: Peer, key: Figure['key']): Promise<number | undefined> {
  if (key === 'rate') return await peer.rate(seconds)
  if (key === 'channel') return await peer.channel()
  if (key === 'idleMib') return await peer.idleMib?.()
  const once = key === 'warm' ? peer.warm : peer.cold
  if (!once) return undefined
  const times: number[] = []
  for (let n = 0; n < starts; n++) times.push(await once.call(peer))
  return median(times)
}

const value = (peer: string, key: Figure['key']) => {
  const runs = results[peer]?.[key]
  return runs && median(runs)
}
const rows = [
  ['figure', 'Syncline', 'fork()', 'worker_threads', 'reach', ''],
  ...figures.map(({ key, title, reach, ok }) => {
    const ours = value('sandboxed', key)
    const cells = [ours, value('forked', key), value('threaded', key)].map(shown)
    return [title, ...cells, reach, ours === undefined ? 'not measured' : ok(ours) ? '✓' : '✗']
  }),
]

const about = aboutRun(['pnpm bench:sandbox', ...process.argv.slice(2)].join(' '))
await mkdir(join(ROOT, 'bench/results'), { recursive: true })
await writeFile(join(ROOT, RESULTS), `${JSON.stringify({ ...about, versions, results }, null, 2)}\n`)
if (flags['write-docs']) await writeDocs('sandbox', `${runLine(about, versions)}\n\n${asMarkdownTable(rows)}`)
console.log(`\n${asText(rows)}\n\nAll runs: ${RESULTS}`)
