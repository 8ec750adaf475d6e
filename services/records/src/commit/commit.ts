import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '@syncline/errors'
import type { Batch } from '@syncline/record'
import { type ClickHouse, isOver } from '../clickhouse/clickhouse.ts'
import type { Events } from '../events.ts'
import type { Store } from '../store.ts'
import { grow, type Lock, type StreamSize } from '../stream/stream-state.ts'
import { indexInPlace } from '../tables/record-head.ts'
import { insertRows, isOneOf, type Key, rowsBytes, writeRows } from '../tables/record-log.ts'
import { type Changes, growthOf, planSave, rowsOf, type SavePlan } from './plan.ts'

const INSERT_TRIES = 5
const FIRST_PAUSE_MS = 250
/** About what an id takes. */
const ID_BYTES = 50

export type Committing = Pick<
  Store,
  'clickhouse' | 'inserts' | 'heads' | 'feed' | 'life' | 'historyDays' | 'events'
>

export type LockedSave = { lock: Lock; runId: string; batch: Batch }

/**
 * Saves of any number of streams, whose locks the caller holds, in one insert. Of one stream there may be several, in
 * their order. When it returns, what has changed is durable and visible; when its locks are released, also what was seen.
 */
export async function commit<Saves extends LockedSave[]>(
  store: Committing,
  saves: [...Saves],
): Promise<{ [K in keyof Saves]: SavePlan }> {
  const headsOf = await store.heads.find(saves.map(({ lock, batch }) => ({ lock, ids: batch.ids })))
  const plans = new Map<LockedSave, SavePlan>()
  function* writes(): Generator<Write> {
    for (const [lock, ofStream] of Map.groupBy(saves, ({ lock }) => lock)) {
      const { instant } = lock
      const write: Write = { lock, changes: new Map(), seen: [] }
      for (const save of ofStream) {
        const { runId, batch } = save
        const saved = { runId, instant, expiry: store.life.expiry(instant), records: batch.records() }
        const plan = planSave(saved, headsOf(lock), write.changes)
        write.seen.push(...plan.seen)
        plans.set(save, plan)
      }
      yield write
    }
  }
  const sizes = saves.map(({ batch }) => rowsBytes(batch.ids.length, batch.bytes))
  await write(
    store,
    sizes.reduce((sum, size) => sum + size, 0),
    writes(),
  )
  return saves.map((save) => plans.get(save)) as { [K in keyof Saves]: SavePlan } // one for each save
}

/** What a commit does to a stream. `seen`: ids that it brings unchanged. */
export type Write = { lock: Lock; changes: Changes; seen: string[] }

/**
 * If we die before the insert: nothing happened. In the middle of it: ClickHouse has all rows or none, of all streams,
 * since they are one block; the next holder of each lock counts the stream anew. After it: the callers do not know,
 * save again, and everything is unchanged.
 *
 * The writes are taken one by one, and of each only what the insert does not bring is kept while it is under way: thousands
 * of small objects that live so long would be most of what the garbage collector has to do here.
 *
 * @param sizeBytes What their rows take at most, see `rowsBytes`.
 */
export async function write(store: Committing, sizeBytes: number, writes: Iterable<Write>): Promise<void> {
  const { clickhouse, inserts, heads, feed, historyDays, events } = store
  await feed.makeRoom()
  const rows = clickhouse.rowWriter(sizeBytes)
  const written: Written[] = []
  try {
    for (const { lock, changes, seen } of writes) {
      writeRows(rows, rowsOf(lock.id, changes, historyDays > 0 ? lock.instant : 0))
      written.push({
        lock,
        seen,
        ...growthOf(changes),
        changed: changes.size > 0,
        restored: restoredIn(lock, changes),
      })
      heads.expect(lock, changes, seen)
    }
    await inserts(() => insertOnce(clickhouse, events, written, rows.finish()))
  } catch (error) {
    for (const { lock } of written) heads.forget(lock)
    throw error
  }
  for (const { lock, seen, changed, restored, live, bytes } of written) {
    lock.seen = seen
    feed.note(lock, { seenBytes: seen.length * ID_BYTES, changed })
    if (changed) grow(lock, { live, bytes })
    if (restored.length > 0) lock.outcome = 'torn'
    heads.committed(lock)
  }
  for (const { lock, restored } of written) {
    if (restored.length === 0) continue
    await indexInPlace(clickhouse, lock.id, isOneOf(restored))
    lock.outcome = 'whole'
  }
}

/** What remains to be done for a stream when its rows are there. */
type Written = StreamSize & { lock: Lock; seen: string[]; changed: boolean; restored: Key[] }

/** Versions that stay where they are, with their payload again. */
function restoredIn(lock: Lock, changes: Changes): Key[] {
  const keys: Key[] = []
  for (const [id, { next }] of changes) {
    if (next.modifiedAt < lock.instant) keys.push({ id, modifiedAt: next.modifiedAt })
  }
  return keys
}

/**
 * An insert whose end we did not hear of may have happened, or may still be running: it is repeated with its token,
 * so that it happens once.
 */
async function insertOnce(
  clickhouse: ClickHouse,
  events: Events,
  written: Written[],
  rows: Buffer,
): Promise<void> {
  if (rows.length === 0) return
  const locks = written.map(({ lock }) => lock)
  const token = randomUUID()
  let over = true
  for (let tries = 1; ; tries++) {
    await Promise.all(locks.map((lock) => lock.hold()))
    try {
      await insertRows(clickhouse, rows, token)
      for (const lock of locks) lock.outcome = 'whole'
      if (tries === 1) clickhouse.reuse(rows) // an insert that failed may still be on its way
      return
    } catch (error) {
      over &&= isOver(error)
      for (const lock of locks) lock.outcome = over ? 'torn' : 'unsettled'
      if (!(error instanceof AppError) || tries === INSERT_TRIES) throw error
      events.insertRepeated(tries, error)
      await sleep(FIRST_PAUSE_MS * 2 ** (tries - 1) * (0.75 + Math.random() / 2))
    }
  }
}
