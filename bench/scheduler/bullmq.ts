import { mkdtempDisposable, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRedis } from '@syncline/embedded'
import { Queue } from 'bullmq'
import type { BullMqWorker } from './bullmq-worker.ts'
import { startCounted } from './counted-process.ts'
import type { Load, Peer } from './firing.ts'

const QUEUE = 'bench'
const CONCURRENCY = 1000
const AT_A_TIME = 500

const manifest = createRequire(import.meta.url).resolve('bullmq/package.json')
export const BULLMQ = `BullMQ ${JSON.parse(await readFile(manifest, 'utf8')).version}`

/** BullMQ's job schedulers, on a Redis of their own with the settings of ours. */
export async function openBullMq({ schedules, intervalMs, progress }: Load): Promise<Peer> {
  await using open = new AsyncDisposableStack()
  const dir = open.use(await mkdtempDisposable(join(tmpdir(), 'syncline-bench-'))).path
  const redis = open.use(await startRedis({ dir: join(dir, 'redis'), log: join(dir, 'redis.log') }))
  const connection = { host: '127.0.0.1', port: redis.port }
  const queue = new Queue(QUEUE, { connection })
  open.defer(() => queue.close())
  const work: BullMqWorker = { port: redis.port, queue: QUEUE, concurrency: CONCURRENCY }
  const worker = open.use(await startCounted('bullmq-worker.ts', work))
  progress(`${BULLMQ}: ${schedules} job schedulers`)
  for (let n = 0; n < schedules; n += AT_A_TIME) {
    const ids = Array.from({ length: Math.min(AT_A_TIME, schedules - n) }, (_, i) => `s${n + i}`)
    // Spread over the interval, as our schedules are.
    await Promise.all(
      ids.map((id, i) =>
        queue.upsertJobScheduler(id, {
          every: intervalMs,
          offset: Math.floor(((n + i) * intervalMs) / schedules),
        }),
      ),
    )
  }
  const owned = open.move()
  return {
    pids: { redis: redis.pid, worker: worker.pid },
    settled: () => worker.settled(schedules, progress),
    measure: worker.measure,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
