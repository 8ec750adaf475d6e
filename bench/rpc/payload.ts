import type { SaveRequest } from '@syncline/proto'
import { batchOf } from '@syncline/record'
import { record } from '../records/payload.ts'

/** Of a save and of a page: about 1 MB. */
export const RECORDS = 1000

export function saveOf(stream: SaveRequest['stream'], version = 0): SaveRequest {
  return {
    stream,
    writer: { runId: 'bench', sync: 'bench', fence: 1 },
    mode: 'SAVE_MODE_REPLACE',
    batch: batchOf(Array.from({ length: RECORDS }, (_, number) => record(number, version))),
    seenIds: [],
    keepAfter: undefined,
  }
}

/** JSON text of as many records. */
export function pageOf(): Buffer {
  const payloads = Array.from({ length: RECORDS }, (_, number) => record(number, 0).payload.toString())
  return Buffer.from(`[${payloads.join(',')}]`)
}
