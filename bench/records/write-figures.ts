import { randomUUID } from 'node:crypto'
import { type Bench, expectCount, expectSaved, timedMs } from './bench.ts'
import { addUp, type Batches, type Counts } from './jobs.ts'
import { watchMemory } from './memory.ts'

const WRITERS = [1, 8] as const
const PER_SAVE = 1000
const CHANGED_EVERY = 10
/** A client makes 200 calls in a run: it takes thousands until its code is as fast as in a process that has run for a minute. */
const SMALL = { streams: 200, per: 50, writers: 8, warmUps: 4 }

/** Saves of records that are new, unchanged, and changed in part. Each writer has a stream of its own. */
export async function writeFigures(bench: Bench): Promise<void> {
  await using memory = watchMemory(bench.peer.pid)
  bench.progress('warm-up')
  for (const writers of WRITERS) await saves(bench, 'warm-up', writers, 8000)
  for (const writers of WRITERS) {
    for (let run = 1; run <= bench.sizes.runs; run++) {
      bench.progress(`new, unchanged, 10 % changed; ${writers} writers; run ${run}`)
      const rates = await saves(bench, `run-${run}`, writers, bench.sizes.saved[writers])
      for (const [figure, rate] of Object.entries(rates)) bench.result(`${figure}.${writers}`, rate)
    }
  }
  bench.progress(`${SMALL.streams} streams × ${SMALL.per} at a time; warm-up`)
  for (let run = 1; run <= SMALL.warmUps; run++) await smallSaves(bench, `warm-up-${run}`, true)
  for (let run = 1; run <= bench.sizes.runs; run++) {
    for (const streamsAtOnce of [true, false]) {
      const key = streamsAtOnce ? 'small.at-once' : 'small.in-turn'
      bench.progress(`${SMALL.streams} streams × ${SMALL.per} at a time; ${key}; run ${run}`)
      bench.result(key, await smallSaves(bench, `${key}-${run}`, streamsAtOnce))
    }
  }
  bench.result('memory', memory.peakMb())
}

/** The raw store has nothing to compare with: it only takes in. */
export async function limitFigures(bench: Bench): Promise<void> {
  bench.progress('warm-up')
  for (const writers of WRITERS) {
    await newRecords(bench, 'warm-up', writers, 8000)
    for (let run = 1; run <= bench.sizes.runs; run++) {
      bench.progress(`new; ${writers} writers; run ${run}`)
      const { rate } = await newRecords(bench, `run-${run}`, writers, bench.sizes.saved[writers])
      bench.result(`new.${writers}`, rate)
    }
  }
}

async function saves(bench: Bench, name: string, writers: number, total: number) {
  const fresh = await newRecords(bench, name, writers, total)
  const count = fresh.perWriter * writers

  const unchanged = await sendAll(bench, writers)
  expectCount('unchanged', unchanged.counts.unchanged, count)

  await prepare(bench, writers, (writer) => ({
    ...fresh.batches(writer),
    version: 1,
    changedEvery: CHANGED_EVERY,
  }))
  const changed = await sendAll(bench, writers)
  expectSaved('updated', changed.counts, count / CHANGED_EVERY)

  return {
    new: fresh.rate,
    unchanged: (count * 1000) / unchanged.ms,
    changed: (count * 1000) / changed.ms,
  }
}

async function newRecords(bench: Bench, name: string, writers: number, total: number) {
  const runId = randomUUID()
  const perWriter = total / writers
  const batches = (writer: number): Batches => ({
    streams: [`${name}-${writers}-${writer}`],
    from: 0,
    to: perWriter,
    per: PER_SAVE,
    version: 0,
    runId,
    fence: 65_537,
  })
  await prepare(bench, writers, batches)
  const { counts, ms } = await sendAll(bench, writers)
  expectSaved('added', counts, total)
  return { rate: (total * 1000) / ms, perWriter, batches }
}

async function smallSaves(bench: Bench, name: string, streamsAtOnce: boolean): Promise<number> {
  const { writers, streams, per } = SMALL
  const rounds = bench.sizes.smallRounds
  await prepare(bench, writers, (writer) => ({
    streams: Array.from({ length: streams / writers }, (_, i) => `${name}-${writer}-${i}`),
    from: 0,
    to: per * rounds,
    per,
    version: 0,
    runId: randomUUID(),
    fence: 65_537,
  }))
  const { counts, ms } = await sendAll(bench, writers, streamsAtOnce)
  expectSaved('added', counts, streams * per * rounds)
  return (counts.added * 1000) / ms
}

const prepare = (bench: Bench, writers: number, batches: (writer: number) => Batches) =>
  bench.clients.all('prepare', batches, writers)

async function sendAll(
  bench: Bench,
  writers: number,
  streamsAtOnce = false,
): Promise<{ counts: Counts; ms: number }> {
  let sent: Counts[] = []
  const ms = await timedMs(async () => {
    sent = await bench.clients.all('send', () => ({ streamsAtOnce }), writers)
  })
  return { counts: addUp(sent), ms }
}
