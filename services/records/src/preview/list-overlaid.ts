import type { ListRecordsRequest, ListRecordsResponse, Stream } from '@syncline/proto'
import { readClient } from '../clickhouse/read-client.ts'
import { pageOfIds } from '../read/by-ids.ts'
import { decodeCursor } from '../read/cursor.ts'
import { encodePage, memoryForPage } from '../read/encode-page.ts'
import { everything, pageInOrder, type Selection } from '../read/live-page.ts'
import { boundOf, type Page, type PageBound, pageOf, payloadBytes } from '../read/page.ts'
import type { Shard } from '../shard.ts'
import { type ReadRow, readStored } from '../tables/record-log.ts'
import { Action, compareKeys, type Key } from '../tables/version.ts'
import type { Overlay } from './overlay.ts'

interface Options {
  shard: Shard
  stream: Stream
  signal: AbortSignal
  overlay: Overlay
}

/** A page of a stream as the run would find it: what is stored, and over it what the run has changed. */
export async function listOverlaid(
  { shard, stream, signal, overlay }: Options,
  { cursor, limit, ids }: ListRecordsRequest,
): Promise<ListRecordsResponse> {
  const { clickhouse, state, pageMemory } = shard
  const reads = readClient(clickhouse, signal)
  const view = await state.view(stream, reads)
  const bound = boundOf(limit, view.averageBytes, shard.pageBytes)
  using memory = await pageMemory.reserve(stream.environment, memoryForPage(bound), signal)
  const start = cursor === '' ? undefined : decodeCursor(cursor)
  const selection: Selection = { ...everything, start }
  const source = { clickhouse, reads, view, bound, form: 'array' as const, memory }
  const page =
    ids.length > 0
      ? await pageOfIds(
          source,
          ids.filter((id) => !overlay.hides(id)),
          selection,
          {
            heads: shard.heads,
            viewAgain: () => state.view(stream, reads),
          },
        )
      : await storedPage(selection, overlay, (each) => pageInOrder(source, each))
  const wanted = new Set(ids)
  const own = overlay.keys.filter(
    (key) => (wanted.size === 0 || wanted.has(key.id)) && (!start || compareKeys(key, start) > 0),
  )
  const merged = merge(page, own, bound)
  const rows = await rowsOf(shard, view.id, overlay, merged.items)
  const pieces = [...encodePage({ items: rows, more: merged.more }, 'array', shard).pieces]
  return {
    records: Buffer.concat(pieces.map(({ records }) => records)),
    nextCursor: pieces.at(-1)?.nextCursor ?? '',
  }
}

/** The next page of what is stored that has a record which the run has left alone; or the end. */
async function storedPage(
  selection: Selection,
  overlay: Overlay,
  read: (selection: Selection) => Promise<Page<ReadRow>>,
): Promise<Page<ReadRow>> {
  for (let start = selection.start; ; ) {
    const { items, more } = await read({ ...selection, start })
    const visible = items.filter(({ id }) => !overlay.hides(id))
    if (visible.length > 0 || !more) return { items: visible, more }
    start = items.at(-1)
  }
}

type Entry = ReadRow | Key

/** Both in the order of the stream. Where more is stored, what lies behind the last stored row comes later. */
function merge({ items, more }: Page<ReadRow>, own: Key[], bound: PageBound): Page<Entry> {
  const last = items.at(-1)
  const reached = more && last ? own.filter((key) => compareKeys(key, last) < 0) : own
  const all = [...items, ...reached.slice(0, bound.records + 1)].sort(compareKeys)
  const page = pageOf<Entry>(all, bound, (entry) => ('payload' in entry ? payloadBytes(entry) : 0))
  return { items: page.items, more: page.more || more || reached.length > bound.records + 1 }
}

async function rowsOf(shard: Shard, stream: string, overlay: Overlay, entries: Entry[]): Promise<ReadRow[]> {
  const gone = entries.flatMap(({ id }) => {
    const deleted = overlay.deleted.get(id)
    return deleted ? [{ id, modifiedAt: deleted.stored.modifiedAt }] : []
  })
  const stored = (await readStored(shard.clickhouse, [{ stream, keys: gone }])).get(stream)
  return entries.flatMap((entry) => {
    if ('payload' in entry) return [entry]
    const { id } = entry
    const change = overlay.changes.get(id)
    if (change) {
      const { next, payload, prunedAt, numericId } = change
      return [{ ...next, id, sign: 1, payload, prunedAt, numericId }]
    }
    const row = stored?.get(id)
    if (!row) return []
    return [{ ...row, action: Action.deleted, modifiedAt: entry.modifiedAt, writtenAt: entry.modifiedAt }]
  })
}
