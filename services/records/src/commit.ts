import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '@syncline/errors'
import type { EncodedRecord } from '@syncline/record'
import { type ClickHouse, isOver } from './clickhouse.ts'
import type { Events } from './events.ts'
import { type Changes, growthOf, planSave, rowsOf, type SavePlan } from './plan.ts'
import { indexInPlace } from './record-head.ts'
import { insertRows, isOneOf, type Key, type NewRow } from './record-log.ts'
import type { Store } from './store.ts'
import { grow, type Lock } from './stream-state.ts'

const INSERT_TRIES = 5
const FIRST_PAUSE_MS = 250
/** About what an id takes. */
const ID_BYTES = 50

export type Committing = Pick<Store, 'clickhouse' | 'heads' | 'feed' | 'life' | 'historyDays' | 'events'>

export type LockedSave = { lock: Lock; runId: string; records: EncodedRecord[] }

/**
 * Saves of any number of streams, whose locks the caller holds, in one insert. Of one stream there may be several, in
 * their order. When it returns, what has changed is durable and visible; when its locks are released, also what was seen.
 */
export async function commit<Saves extends LockedSave[]>(
  store: Committing,
  saves: [...Saves],
): Promise<{ [K in keyof Saves]: SavePlan }> {
  const headsOf = await store.heads.find(
    saves.map(({ lock, records }) => ({ lock, ids: records.map(({ id }) => id) })),
  )
  const writes = new Map(saves.map(({ lock }): [Lock, Write] => [lock, { changes: new Map(), seen: [] }]))
  const plans = saves.map(({ lock, runId, records }) => {
    const save = { runId, instant: lock.instant, expiry: store.life.expiry(lock.instant), records }
    const { changes, seen } = writes.get(lock) as Write // made above
    const plan = planSave(save, headsOf(lock), changes)
    seen.push(...plan.seen)
    return plan
  })
  await write(store, writes)
  return plans as { [K in keyof Saves]: SavePlan } // one for each save
}

/** What a commit does to a stream. `seen`: ids that it brings unchanged. */
export type Write = { changes: Changes; seen: string[] }

/**
 * If we die before the insert: nothing happened. In the middle of it: ClickHouse has all rows or none, of all streams,
 * since they are one block; the next holder of each lock counts the stream anew. After it: the callers do not know,
 * save again, and everything is unchanged.
 */
export async function write(store: Committing, writes: Map<Lock, Write>): Promise<void> {
  const { clickhouse, heads, feed, historyDays, events } = store
  const rows = [...writes].flatMap(([lock, { changes }]) =>
    rowsOf(lock.id, changes, historyDays > 0 ? lock.instant : 0),
  )
  await feed.makeRoom()
  if (rows.length > 0) await insertOnce(clickhouse, events, [...writes.keys()], rows)
  for (const [lock, { changes, seen }] of writes) {
    lock.seen = seen
    feed.note(lock, { seenBytes: seen.length * ID_BYTES, changed: changes.size > 0 })
    await indexRestored(clickhouse, lock, changes)
    if (changes.size > 0) grow(lock, growthOf(changes))
    heads.committed(lock, changes, seen)
  }
}

/** Versions that stay where they are, with their payload again. */
async function indexRestored(clickhouse: ClickHouse, lock: Lock, changes: Changes): Promise<void> {
  const keys: Key[] = []
  for (const [id, { next }] of changes) {
    if (next.modifiedAt < lock.instant) keys.push({ id, modifiedAt: next.modifiedAt })
  }
  if (keys.length === 0) return
  lock.outcome = 'torn'
  await indexInPlace(clickhouse, lock.id, isOneOf(keys))
  lock.outcome = 'whole'
}

/**
 * An insert whose end we did not hear of may have happened, or may still be running: it is repeated with its token,
 * so that it happens once.
 */
async function insertOnce(
  clickhouse: ClickHouse,
  events: Events,
  locks: Lock[],
  rows: NewRow[],
): Promise<void> {
  const token = randomUUID()
  let over = true
  for (let tries = 1; ; tries++) {
    await Promise.all(locks.map((lock) => lock.hold()))
    try {
      await insertRows(clickhouse, rows, token)
      for (const lock of locks) lock.outcome = 'whole'
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
