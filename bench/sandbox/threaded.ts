import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Peer } from './peer.ts'
import { rateOf, talkative, throughput, timed, trivial } from './work.ts'

/** Threads of this process: another heap, the same memory and rights. */
export async function threaded(): Promise<Peer> {
  return {
    name: 'worker_threads',
    cold: () => timed(() => runIn(trivial)),
    rate: (seconds) => rateOf(seconds, () => runIn(trivial)),
    channel: () => throughput(() => runIn(talkative)),
    async [Symbol.asyncDispose]() {},
  }
}

function runIn(body: string): Promise<unknown> {
  const worker = new Worker(join(import.meta.dirname, 'threaded-child.mjs'), { workerData: body })
  return new Promise((resolve, reject) => {
    worker.on('message', (message: { records?: unknown; result?: unknown }) => {
      if (message.records) worker.postMessage({ ok: true })
      else resolve(worker.terminate().then(() => message.result))
    })
    worker.once('error', reject)
  })
}
