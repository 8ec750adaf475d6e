// How long it takes to bundle a function of the example and to read its definition.
import { join } from 'node:path'
import { bundleFunction, describeFunction, openDescribeSandboxes } from '@syncline/functions'
import type { Figure, Options } from '../part.ts'
import { quantile } from '../quantile.ts'
import { shown } from '../table.ts'

const FILE = join(import.meta.dirname, '../../examples/github-issues/github/syncs/github-issues.ts')
const REACH_MS = 120

export async function run({ smoke, progress }: Options): Promise<Figure[]> {
  await using sandboxes = await openDescribeSandboxes()
  const times: number[] = []
  for (let n = 0; n < (smoke ? 5 : 100); n++) {
    const started = performance.now()
    const { text } = await bundleFunction(FILE)
    await describeFunction(text, 'sync', sandboxes)
    times.push(performance.now() - started)
  }
  progress(`${times.length} functions`)
  const p50 = quantile(times, 0.5)
  return [
    {
      name: 'bundle + describe of a function, p50, and p95',
      value: `${shown(p50)} ms, ${shown(quantile(times, 0.95))} ms`,
      reach: `≤ ${REACH_MS} ms`,
      ok: p50 <= REACH_MS,
    },
  ]
}
