import { type ClickHouse, wasAnswered } from './clickhouse.ts'
import type { PayloadLife } from './record-json.ts'
import { after, type Key, liveKeys, replaceRows, type Successor, upTo } from './record-log.ts'
import { keepVersions } from './record-version.ts'
import { type Sql, sql } from './sql.ts'
import type { Store, Target } from './store.ts'
import type { Lock } from './stream-state.ts'

const CHUNK_ROWS = 20_000
const CHUNK_BYTES = 64 * 1024 * 1024

/**
 * Replaces live versions that match, oldest first, on the server. Goes chunk by chunk, each a commit of its own:
 * other writers get their turn in between, and readers see each chunk at one instant.
 *
 * If we die in between: chunks so far are done, the last one is healed by the next holder of the lock, and calling
 * again does the rest. That is also why a failed chunk is not repeated here.
 */
export async function rewrite(
  { clickhouse, state, historyDays }: Store,
  target: Target,
  where: (lock: Lock) => Sql | Promise<Sql>,
  successor: (instant: number) => Successor,
  limit = Number.POSITIVE_INFINITY,
): Promise<{ count: number; more: boolean; end: Key | undefined }> {
  let count = 0
  let from: Key | undefined
  for (;;) {
    const wanted = Math.min(CHUNK_ROWS, limit - count)
    const { chunk, more } = await state.locked(target, async (lock) => {
      const matching = await where(lock)
      const ahead = from ? sql`${matching} AND ${after(from)}` : matching
      const found = await liveKeys(clickhouse, lock.id, ahead, wanted + 1)
      const chunk = found.slice(0, withinBytes(found.slice(0, wanted)))
      const end = chunk.at(-1)
      if (end) {
        const where = sql`${ahead} AND ${upTo(end)}`
        const next = successor(lock.instant)
        if (next.ends && historyDays > 0) {
          await keepVersions(clickhouse, sql`stream = ${lock.id} AND ${where}`, lock.instant)
        }
        await replaceChunk(clickhouse, lock, where, next)
      }
      return { chunk, more: found.length > chunk.length }
    })
    count += chunk.length
    from = chunk.at(-1) ?? from
    if (!more || count >= limit) return { count, more, end: from }
  }
}

async function replaceChunk(clickhouse: ClickHouse, lock: Lock, where: Sql, next: Successor): Promise<void> {
  await lock.hold()
  try {
    await replaceRows(clickhouse, lock.id, where, next)
  } catch (error) {
    lock.outcome = wasAnswered(error) ? 'torn' : 'unsettled'
    throw error
  }
}

/** How many of the first keys make a chunk: at least one, however large. */
function withinBytes(keys: { size: number }[]): number {
  let bytes = 0
  const rest = keys.findIndex(({ size }) => {
    bytes += size
    return bytes > CHUNK_BYTES
  })
  return rest === -1 ? keys.length : Math.max(rest, 1)
}

/** A deleted record keeps its last payload, unless that has expired. */
export function deleted(life: PayloadLife, runId: string): (instant: number) => Successor {
  return (instant) => {
    const expired = sql`written_at <= ${life.expiry(instant)}`
    return {
      ends: true,
      modifiedAt: sql`toInt64(${instant})`,
      writtenAt: instant,
      action: sql`'deleted'`,
      prunedAt: sql`if(${expired} AND pruned_at = 0, written_at + ${life.ms}, pruned_at)`,
      size: sql`if(${expired}, 0, size)`,
      runId: sql`${runId}`,
      payload: sql`if(${expired}, '', payload)`,
    }
  }
}

/** A pruned version stays where it is. */
export function pruned(instant: number): Successor {
  return {
    ends: false,
    modifiedAt: sql`modified_at`,
    writtenAt: instant,
    action: sql`action`,
    prunedAt: sql`toInt64(${instant})`,
    size: sql`0`,
    runId: sql`run_id`,
    payload: sql`''`,
  }
}

export const hasPayload = (life: PayloadLife, now: number): Sql =>
  sql`pruned_at = 0 AND written_at > ${life.expiry(now)}`

export const isLive = sql`action != 'deleted'`
