import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '@syncline/errors'
import { type SlowReadLoad, type SlowReads, type StreamName, streamOf } from './jobs.ts'
import type { StoreClient } from './store-client.ts'

const PAUSE_MS = 1000
/** Longer than any page takes. */
const DEADLINE_MS = 600_000

/** Readers of large pages that take a piece, then nothing for `pauseMs`. Pages that are under way at the end are left. */
export async function readSlowlyUntil(store: StoreClient, load: SlowReadLoad): Promise<SlowReads> {
  const reads = { pages: 0, pieces: 0, refusals: 0 }
  const signal = AbortSignal.timeout(Math.max(0, load.until - Date.now()))
  await Promise.all(load.streams.map((name) => readStream(store, name, load, signal, reads)))
  return reads
}

async function readStream(
  store: StoreClient,
  { stream, environment }: StreamName,
  { limit, pauseMs }: SlowReadLoad,
  signal: AbortSignal,
  reads: SlowReads,
): Promise<void> {
  const request = { stream: streamOf(stream, environment), cursor: '', limit }
  while (!signal.aborted) {
    try {
      for await (const _piece of store.listRecords(request, { signal, deadline: DEADLINE_MS })) {
        reads.pieces++
        await sleep(pauseMs, undefined, { signal })
      }
      reads.pages++
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof AppError && error.retry)) throw error
      reads.refusals++
      await sleep(PAUSE_MS)
    }
  }
}
