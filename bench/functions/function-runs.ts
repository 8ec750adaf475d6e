import { setTimeout as sleep } from 'node:timers/promises'
import type { Syncline } from '@syncline/sdk'
import type { BenchSync, BenchSystem } from '../scheduler/system.ts'
import { saveFunction } from './save-function.ts'

const RUN_FOR_MS = 30 * 60_000

/**
 * Runs a function that saves so many records, at once for so many connections.
 * @returns Records a second, each run by the time that its saves took; they run at the same time, so the rates add up.
 */
export async function functionRate(
  bench: BenchSystem,
  client: Syncline,
  {
    name,
    runs,
    records,
    ...more
  }: { name: string; runs: number; records: number } & Pick<BenchSync, 'model' | 'validate'>,
): Promise<number> {
  const exec = saveFunction(records, name)
  // Each connection begins as soon as it may: see `autoStart`.
  await bench.addSync(client, { name, frequency: 'every day', connections: runs, exec, ...more })
  const until = Date.now() + RUN_FOR_MS
  for (;;) {
    const found = await Array.fromAsync(client.runs.iterate({ providerConfigKey: name, state: ['ended'] }))
    const failed = found.find(({ reason }) => reason !== null)
    if (failed) throw new Error(`a run of ${name} ended: ${failed.reason}, ${failed.error}`)
    if (found.length === runs) {
      const rates = await Promise.all(found.map(({ id }) => rateOf(client, id, records)))
      return rates.reduce((sum, rate) => sum + rate, 0)
    }
    if (Date.now() > until) throw new Error(`the runs of ${name} did not end`)
    await sleep(200)
  }
}

/** The lines of a log come a moment after the end of the run. */
async function rateOf(client: Syncline, run: string, records: number): Promise<number> {
  for (let tries = 0; tries < 50; tries++) {
    const { lines } = await client.runs.logs(run, { limit: 1000 })
    const ms = lines.map(({ message }) => /^saved in ([\d.]+) ms/.exec(message)?.[1]).find(Boolean)
    if (ms !== undefined) return (records * 1000) / Number(ms)
    await sleep(200)
  }
  throw new Error(`run ${run} does not say how long its saves took`)
}
