import { setTimeout as sleep } from 'node:timers/promises'
import type { Syncline } from '@syncline/sdk'
import type { BenchSync, BenchSystem } from './system.ts'

const LIMIT_MS = 120_000

/** A sync whose first line tells the API what time it is. */
export const probe: BenchSync = {
  name: 'probe',
  frequency: 'every day',
  connections: 1,
  exec: "await nango.get({ endpoint: '/probe', params: { at: String(Date.now()) } })",
}

/** Milliseconds from the call of each trigger to the first line of its function. */
export async function startTimes(
  bench: BenchSystem,
  client: Syncline,
  { starts, everyMs }: { starts: number; everyMs: number },
): Promise<number[]> {
  const times: number[] = []
  for (let n = 0; n < starts; n++) {
    const begun = Promise.withResolvers<number>()
    bench.api.onRequest = (url) => {
      if (url.pathname === '/probe') begun.resolve(Number(url.searchParams.get('at')))
    }
    const calledAt = Date.now()
    await client.triggerSync(probe.name, [probe.name], 'c0')
    const late = sleep(LIMIT_MS).then(() => Promise.reject(new Error('a triggered run did not begin')))
    times.push((await Promise.race([begun.promise, late])) - calledAt)
    await untilIdle(client)
    await sleep(everyMs)
  }
  return times
}

/** A trigger during a run would begin after it. */
async function untilIdle(client: Syncline): Promise<void> {
  const until = Date.now() + LIMIT_MS
  while (Date.now() < until) {
    const { runs } = await client.runs.list({
      providerConfigKey: probe.name,
      sync: probe.name,
      connectionId: 'c0',
    })
    if (runs[0]?.state === 'ended') return
    await sleep(20)
  }
  throw new Error('the run of a trigger did not end')
}
