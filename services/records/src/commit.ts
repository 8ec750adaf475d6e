import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '@syncline/errors'
import type { Record as SavedRecord } from '@syncline/proto'
import { type ClickHouse, wasAnswered } from './clickhouse.ts'
import type { Events } from './events.ts'
import { type Changes, planSave, rowsOf, type SavePlan } from './plan.ts'
import { readHeads } from './record-head.ts'
import { insertRows, type NewRow } from './record-log.ts'
import { keepEnded } from './record-version.ts'
import { noteSeen } from './seen.ts'
import type { Store } from './store.ts'
import type { Lock } from './stream-state.ts'

const INSERT_TRIES = 5
const FIRST_PAUSE_MS = 250

export type LockedSave = { lock: Lock; runId: string; records: SavedRecord[] }

/**
 * Saves of any number of streams, whose locks the caller holds, in one look-up and one insert. Of one stream there may
 * be several, in their order. When it returns, all is durable and visible.
 *
 * If we die before the insert: nothing happened. In the middle of it: ClickHouse has all rows or none, of all streams,
 * since they are one block; what its views lack, the next holder of each lock heals. After it: the callers do not
 * know, save again, and everything is unchanged.
 */
export async function commit<Saves extends LockedSave[]>(
  { clickhouse, life, historyDays, events }: Pick<Store, 'clickhouse' | 'life' | 'historyDays' | 'events'>,
  saves: [...Saves],
): Promise<{ [K in keyof Saves]: SavePlan }> {
  const wanted = saves.map(({ lock, records }) => ({ stream: lock.id, ids: records.map(({ id }) => id) }))
  const heads = await readHeads(clickhouse, wanted)
  const changes = new Map(saves.map(({ lock }): [Lock, Changes] => [lock, new Map()]))
  const plans = saves.map(({ lock, runId, records }) => {
    const save = { runId, instant: lock.instant, expiry: life.expiry(lock.instant), records }
    return planSave(save, heads.get(lock.id) ?? new Map(), changes.get(lock) ?? new Map())
  })
  const rows = [...changes].flatMap(([lock, changed]) => rowsOf(lock.id, changed))
  const notes = saves.flatMap(({ lock }, i) => {
    const ids = plans[i]?.seen ?? []
    return ids.length > 0 ? [{ stream: lock.id, at: lock.instant, ids }] : []
  })
  const write = async () => {
    if (historyDays > 0) await keepEnded(clickhouse, changes)
    await insertOnce(clickhouse, events, [...changes.keys()], rows)
  }
  // That a save brought an id is true whether or not the rest of the save comes to pass.
  await all([rows.length > 0 && write(), notes.length > 0 && noteSeen(clickhouse, notes)])
  return plans as { [K in keyof Saves]: SavePlan } // one for each save
}

/** Unlike Promise.all it leaves nothing under way when one has failed: the caller gives its locks back then. */
async function all(works: (Promise<void> | false)[]): Promise<void> {
  const failed = (await Promise.allSettled(works)).find((end) => end.status === 'rejected')
  if (failed) throw failed.reason
}

/**
 * An insert whose end we did not hear of may have happened, or may still be running: it is repeated with its token,
 * so that it happens once, and completes in all tables.
 */
async function insertOnce(
  clickhouse: ClickHouse,
  events: Events,
  locks: Lock[],
  rows: NewRow[],
): Promise<void> {
  const token = randomUUID()
  let answered = true
  for (let tries = 1; ; tries++) {
    await Promise.all(locks.map((lock) => lock.hold()))
    try {
      await insertRows(clickhouse, rows, token)
      for (const lock of locks) lock.outcome = 'whole'
      return
    } catch (error) {
      answered &&= wasAnswered(error)
      for (const lock of locks) lock.outcome = answered ? 'torn' : 'unsettled'
      if (!(error instanceof AppError) || tries === INSERT_TRIES) throw error
      events.insertRepeated(tries, error)
      await sleep(FIRST_PAUSE_MS * 2 ** (tries - 1) * (0.75 + Math.random() / 2))
    }
  }
}
