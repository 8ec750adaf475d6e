import { AppError } from '@syncline/errors'
import type { Stream } from '@syncline/proto'
import { isDefinitive } from '../clickhouse/clickhouse.ts'
import { notAfter } from '../commit/insert-once.ts'
import type { OperationEnd } from '../commit/operation.ts'
import type { Shard } from '../shard.ts'
import { streamId, streamName } from '../stream/identity.ts'
import type { Granted } from '../stream/leases.ts'
import type { Shards } from '../stream/shards.ts'
import { extendHistory, historyStart, historyStreamId } from '../tables/record-history.ts'
import { summarizeAll } from '../tables/record-log.ts'
import { copyUse } from '../tables/stream-use.ts'
import { highestGeneration, registerMoved, reserveGeneration } from '../tables/streams.ts'
import { copyUnchangedIds } from '../tables/unchanged-ids.ts'
import { type Copied, copyVersions } from './copy-versions.ts'

export type Move = {
  stream: Stream
  /** StoredStream of the shard to which it goes. */
  to: number
  signal: AbortSignal
  /** Is called before each chunk of the copy is written. */
  onProgress?: (what: 'records' | 'history', copied: Copied) => void
}

export type Moved = { from: number; records: Copied; history: Copied }

/**
 * Moves a stream to another shard, under its write lease: writers wait meanwhile, or get `unavailable`; readers go on.
 *
 * The copy is a new generation. Nobody uses it until it is registered on its shard: that one insert moves the stream. It
 * happens before the lease ends, or not at all. Just before it, the place of the stream is removed from Redis. A call that
 * finds no place asks the tables of all shards, and the newest generation counts. The old generation is stale then, and is
 * swept when its last readers have ended.
 *
 * If we die before the insert, the stream stays where it was, and calling again starts again with another generation; what
 * was copied is swept after that. If we die after it, the stream has been moved.
 *
 * Undefined: the stream is there already.
 */
export async function moveStream(shards: Shards<Shard>, move: Move): Promise<Moved | undefined> {
  const { stream, to, signal } = move
  const target = shards.all[to - 1]
  if (target === undefined) {
    throw new AppError(
      'invalid_query_params',
      `there is no shard ${to}: CLICKHOUSE_URL names ${shards.all.length}`,
    )
  }
  if ((await shards.places.lookUp(stream)) === undefined)
    throw new AppError('unknown_model', `there is no stream ${streamName(stream)} in '${stream.environment}'`)
  return shards.call(stream, async (source) => {
    if (source === target) return undefined
    return source.writes.operate({ stream, writer: undefined, signal }, (granted) =>
      moveGranted(shards, source, target, granted, move),
    )
  })
}

async function moveGranted(
  shards: Shards<Shard>,
  source: Shard,
  target: Shard,
  granted: Granted,
  { stream, to, signal, onProgress }: Move,
): Promise<OperationEnd<Moved>> {
  const { snapshot, lease } = granted
  const from = { clickhouse: source.clickhouse, id: snapshot.id }
  const highest = await Promise.all(shards.all.map(({ clickhouse }) => highestGeneration(clickhouse, stream)))
  const generation = Math.max(...highest) + 1
  const copy = { clickhouse: target.clickhouse, id: streamId(stream, generation) }
  const moved = { stream, generation, id: copy.id }
  let copied: Pick<Moved, 'records' | 'history'>
  try {
    copied = await copyAll(source, from, copy, granted, (what, copied) => onProgress?.(what, copied), {
      signal,
      reserve: () => reserveGeneration(target.clickhouse, moved),
    })
    await lease.ensure()
    await lease.beginMove()
  } catch (error) {
    return { result: { kind: 'unchanged' }, error }
  }
  try {
    await registerMoved(target.clickhouse, moved, notAfter([lease]))
  } catch (error) {
    // If it may still happen, the lease stays until it can not.
    return { result: { kind: isDefinitive(error) ? 'in-doubt' : 'unknown' }, error }
  }
  // If we die here, the next call about the stream does it.
  await reserveGeneration(source.clickhouse, moved).catch(source.events.moveNotCleaned)
  shards.places.forget(stream)
  const value = { from: shards.all.indexOf(source) + 1, ...copied }
  source.events.moved(stream, value.from, to, copied.records)
  return { result: { kind: 'moved', generation, place: to }, value }
}

type Steps = { signal: AbortSignal; reserve: () => Promise<void> }

async function copyAll(
  source: Shard,
  from: { clickhouse: Shard['clickhouse']; id: string },
  copy: { clickhouse: Shard['clickhouse']; id: string },
  { snapshot, lease }: Granted,
  onProgress: NonNullable<Move['onProgress']>,
  { signal, reserve }: Steps,
): Promise<Pick<Moved, 'records' | 'history'>> {
  const next = (what: 'records' | 'history') => async (copied: Copied) => {
    signal.throwIfAborted()
    onProgress(what, copied)
    await lease.ensure()
  }
  await source.jobs.flushUnchanged(snapshot)
  await source.jobs.archive(snapshot)
  await lease.ensure()
  await reserve()
  const records = await copyVersions(from, copy, true, next('records'))
  const pastOf = ({ clickhouse, id }: typeof from) => ({ clickhouse, id: historyStreamId(id) })
  const history = await copyVersions(pastOf(from), pastOf(copy), false, next('history'))
  await copyUnchangedIds(from, copy, () => lease.ensure())
  await copyUse(from, copy)
  const start = await historyStart(from.clickhouse)
  if (start !== undefined) await extendHistory(copy.clickhouse, start)
  await checkCopy(from, copy)
  return { records, history }
}

/** Nothing has been changed yet: a copy that is not complete is not used. */
async function checkCopy(
  from: { clickhouse: Shard['clickhouse']; id: string },
  copy: { clickhouse: Shard['clickhouse']; id: string },
): Promise<void> {
  const sizes = ({ clickhouse, id }: typeof from) => summarizeAll(clickhouse, [id, historyStreamId(id)])
  const [there, here] = await Promise.all([sizes(from), sizes(copy)])
  for (const nameOf of [(id: string) => id, historyStreamId]) {
    const [a, b] = [there.get(nameOf(from.id)), here.get(nameOf(copy.id))]
    if (JSON.stringify(a) === JSON.stringify(b)) continue
    throw new Error(
      `the copy of stream ${from.id} has ${JSON.stringify(b)}, but the stream ${JSON.stringify(a)}`,
    )
  }
}
