import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '@syncline/errors'
import type { Record as SavedRecord } from '@syncline/proto'
import { type ClickHouse, wasAnswered } from './clickhouse.ts'
import type { Events } from './events.ts'
import { planSave, type SavePlan } from './plan.ts'
import { readHeads } from './record-head.ts'
import { insertRows, type NewRow } from './record-log.ts'
import { noteSeen } from './seen.ts'
import type { Store } from './store.ts'
import type { Lock } from './stream-state.ts'

const INSERT_TRIES = 5
const FIRST_PAUSE_MS = 250

export type LockedSave = { lock: Lock; runId: string; records: SavedRecord[] }

/**
 * Saves of any number of streams, whose locks the caller holds, in one look-up and one insert. When it returns, all
 * is durable and visible.
 *
 * If we die before the insert: nothing happened. In the middle of it: ClickHouse has all rows or none, since they are
 * one block; what its views lack, the next holder of the lock heals. After it: the caller does not know, saves again,
 * and everything is unchanged.
 */
export async function commit<Saves extends LockedSave[]>(
  { clickhouse, life, events }: Store,
  saves: [...Saves],
): Promise<{ [K in keyof Saves]: SavePlan }> {
  const wanted = saves.map(({ lock, records }) => ({ stream: lock.id, ids: records.map(({ id }) => id) }))
  const heads = await readHeads(clickhouse, wanted)
  const plans = saves.map(({ lock, runId, records }) => {
    const expiry = life.expiry(lock.instant)
    return planSave(
      { stream: lock.id, runId, instant: lock.instant, expiry, records },
      heads.get(lock.id) ?? new Map(),
    )
  })
  const rows = plans.flatMap((plan) => plan.rows)
  if (rows.length > 0) await insertOnce(clickhouse, events, new Set(saves.map(({ lock }) => lock)), rows)
  const notes = saves.flatMap(({ lock }, i) => {
    const ids = plans[i]?.seen ?? []
    return ids.length > 0 ? [{ stream: lock.id, at: lock.instant, ids }] : []
  })
  if (notes.length > 0) await noteSeen(clickhouse, notes)
  return plans as { [K in keyof Saves]: SavePlan } // one for each save
}

/**
 * An insert whose end we did not hear of may have happened, or may still be running: it is repeated with its token,
 * so that it happens once, and completes in all tables.
 */
async function insertOnce(
  clickhouse: ClickHouse,
  events: Events,
  locks: Set<Lock>,
  rows: NewRow[],
): Promise<void> {
  const token = randomUUID()
  let answered = true
  for (let tries = 1; ; tries++) {
    await Promise.all([...locks].map((lock) => lock.hold()))
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
