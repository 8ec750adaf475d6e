import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '@syncline/errors'
import { batchOf } from '@syncline/record'
import { type StreamName, SYNC, streamOf, type WriteLoad, type Written } from './jobs.ts'
import { record } from './payload.ts'
import type { StoreClient } from './store-client.ts'

const FENCE = 65_537
/** As runners wait. */
const DEADLINE_MS = 30_000
const PAUSE_MS = 500

/** Writes that go on when they are refused. Each stream has one writer, which sends a batch until it is acknowledged. */
export async function writeUntil(store: StoreClient, load: WriteLoad): Promise<Written[]> {
  return Promise.all(load.streams.map((name) => writeStream(store, name, load)))
}

async function writeStream(
  store: StoreClient,
  name: StreamName,
  { per, until, giveUpAt, runId }: WriteLoad,
): Promise<Written> {
  const stream = streamOf(name.stream, name.environment)
  const writer = { runId, sync: SYNC, fence: FENCE }
  const written = { ...name, acknowledged: 0, unanswered: 0, refusals: 0 }
  const send = async (call: () => Promise<unknown>) => {
    while (!(await acknowledged(call))) {
      if (Date.now() > giveUpAt) return false
      written.refusals++
      await sleep(PAUSE_MS)
    }
    return true
  }
  if (
    !(await send(() => store.begin({ writer, streams: [stream], empty: false }, { deadline: DEADLINE_MS })))
  )
    return written
  while (Date.now() < until) {
    const first = written.acknowledged
    const batch = batchOf(Array.from({ length: per }, (_, i) => record(first + i, 0)))
    const request = { stream, writer, mode: 'SAVE_MODE_REPLACE' as const, batch }
    if (!(await send(() => store.save(request, { deadline: DEADLINE_MS }))))
      return { ...written, unanswered: per }
    written.acknowledged += per
  }
  return written
}

/** False where the same call may succeed later. */
async function acknowledged(call: () => Promise<unknown>): Promise<boolean> {
  try {
    await call()
    return true
  } catch (error) {
    if (error instanceof AppError && error.retry) return false
    throw error
  }
}
