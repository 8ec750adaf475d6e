import { randomUUID } from 'node:crypto'
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { aboutRun, runLine } from '../about-run.ts'
import { median } from '../median.ts'
import { asText, shown } from '../table.ts'
import { expectSaved, timedMs } from './bench.ts'
import { type Checkout, checkouts, startRecords, startServers } from './checkout.ts'
import { Clients } from './clients.ts'
import { addUp, type Batches, type Counts } from './jobs.ts'

/**
 * Parts merged into records, and deletes by ids, of many streams at once: all of them go through the group commit.
 *
 *     pnpm bench:grouped [--before <checkout>] [--rounds 5] [--streams 200] [--batches 4]
 */

const CLIENTS = 8
const PER_BATCH = 50
/** See SMALL in write-figures.ts: clients must be warm. */
const WARM_UPS = 2
const CHANGES = { merge: 'updated', delete: 'deleted' } as const
const TITLES = { merge: 'batchUpdate', delete: 'delete by ids' }
const REACH = 3

const { values: flags } = parseArgs({
  options: {
    before: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    streams: { type: 'string', default: '200' },
    batches: { type: 'string', default: '4' },
  },
})
const [rounds, streams, batches] = [flags.rounds, flags.streams, flags.batches].map(Number) as [
  number,
  number,
  number,
]

await using temp = await mkdtempDisposable(join(tmpdir(), 'syncline-bench-'))
await using servers = await startServers(temp.path)
await using clients = new Clients(CLIENTS)
await using open = new AsyncDisposableStack()
const measured: { checkout: Checkout; address: string; rates: Record<keyof typeof CHANGES, number[]> }[] = []
for (const checkout of checkouts(flags.before)) {
  const { address } = open.use(await startRecords(checkout, servers))
  measured.push({ checkout, address, rates: { merge: [], delete: [] } })
}

for (let round = 1 - WARM_UPS; round <= rounds; round++) {
  // Each of them is first in every second round.
  for (const { checkout, address, rates } of round % 2 ? measured : measured.toReversed()) {
    await clients.all('connect', () => address)
    await send(round, undefined, 'added')
    for (const change of ['merge', 'delete'] as const) {
      const rate = await send(round, change, CHANGES[change])
      progress(`round ${round}, ${checkout.name}, ${TITLES[change]}: ${shown(rate)} records/s`)
      if (round > 0) rates[change].push(rate)
    }
  }
}

const [before, now] = flags.before ? measured : [undefined, ...measured]
const rows = (['merge', 'delete'] as const).map((change) => {
  const [was, is] = [before, now].map((peer) => peer && median(peer.rates[change]))
  const ratio = was && is && is / was
  const reach = ratio ? [`${shown(ratio)}×`, `≥ ${REACH}×`, ratio >= REACH ? '✓' : '✗'] : ['', '', '']
  return [`${TITLES[change]} (records/s)`, shown(was), shown(is), ...reach]
})
const about = aboutRun(['pnpm bench:grouped', ...process.argv.slice(2)].join(' '))
const sizes = `${streams} streams at once, ${batches} × ${PER_BATCH} records each, median of ${rounds} rounds`
console.log(`\n${runLine(about, [`Node ${process.version}`])}\n${sizes}\n`)
console.log(asText([['figure', 'before', 'now', 'ratio', 'reach', ''], ...rows]))

/** Records a second. The streams of a round are its own. */
async function send(round: number, change: Batches['change'], expected: keyof Counts): Promise<number> {
  await clients.all('prepare', (client) => ({
    streams: Array.from({ length: streams / CLIENTS }, (_, i) => `round-${round}-${client}-${i}`),
    ...(change && { change }),
    from: 0,
    to: batches * PER_BATCH,
    per: PER_BATCH,
    version: change === 'merge' ? 1 : 0,
    runId: randomUUID(),
    fence: 65_537,
  }))
  let sent: Counts[] = []
  const ms = await timedMs(async () => {
    sent = await clients.all('send', () => ({ streamsAtOnce: true }))
  })
  const counts = addUp(sent)
  // The code of before takes so long that some calls meet their deadline and are repeated.
  expectSaved(expected, counts, streams * batches * PER_BATCH, 0.1)
  return (counts[expected] * 1000) / ms
}

function progress(text: string): void {
  console.error(`${(performance.now() / 1000).toFixed(0).padStart(5)} s  ${text}`)
}
