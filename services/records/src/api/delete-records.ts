import { AppError } from '@syncline/errors'
import { sql } from '../clickhouse/sql.ts'
import { write } from '../commit/commit.ts'
import { type Changes, isAlive } from '../commit/plan.ts'
import type { RunTarget, Store } from '../store.ts'
import { streamName } from '../stream/identity.ts'
import type { Lock } from '../stream/stream-state.ts'
import type { Head } from '../tables/record-head.ts'
import { Action, countLive, isOneOf, liveHeads, readLive, rowsBytes } from '../tables/record-log.ts'
import { unseenSince, WINDOW_MAX_MS } from '../tables/unchanged-ids.ts'
import { heldBack } from './delete-guard.ts'

/** A commit deletes so many records at most, as their payloads pass through us: other writers get their turn in between. */
const CHUNK = { records: 5000, bytes: 16 * 1024 * 1024 }

/** Unknown and deleted ids are left alone: a deleted record does not move again. Returns how many were deleted. */
export async function deleteByIds(store: Store, target: RunTarget, ids: string[]): Promise<number> {
  let deleted = 0
  let rest = [...new Set(ids)]
  while (rest.length > 0) {
    await store.state.locked(target, async (lock) => {
      const tried = rest.slice(0, CHUNK.records)
      const heads = (await store.heads.find([{ lock, ids: tried }]))(lock)
      const found = tried.flatMap((id): [string, Head][] => {
        const head = heads.get(id)
        return head && isAlive(head) ? [[id, head]] : []
      })
      const chunk = chunkOf(found)
      await deleteHeads(store, lock, target.writer.runId, chunk)
      deleted += chunk.length
      const next = found[chunk.length]
      rest = rest.slice(next ? rest.indexOf(next[0]) : tried.length)
    })
  }
  if (deleted > 0) store.events.rewritten('deleted', target.stream, deleted)
  return deleted
}

/** How many were deleted; or none, and why. */
export type Deletion = { deleted: number; warning: string }

/** Deletes what the run has neither changed nor seen since it began. */
export async function deleteUnseen(store: Store, target: RunTarget, allowMass: boolean): Promise<Deletion> {
  return deleteGuarded(store, target, allowMass, (lock) => runStart(lock, target))
}

/** Opens a window at the start of the run. If one is open, from a run that did not come to its end, it stays. */
export async function startTrackingDeletes({ state }: Store, target: RunTarget): Promise<void> {
  await state.locked(target, async (lock) => {
    if (openWindow(lock) === undefined) await state.setWindow(lock, runStart(lock, target))
  })
}

/**
 * Deletes what was neither changed nor seen since the window was opened, and closes it. If we die in between, the
 * window is still open, and the next call deletes the rest. It is closed also where the guard held the deletion back:
 * what this pass missed must not count as seen by the next one, which decides anew.
 */
export async function endTrackingDeletes(
  store: Store,
  target: RunTarget,
  allowMass: boolean,
): Promise<Deletion> {
  const since = (lock: Lock) => {
    const start = openWindow(lock)
    if (start !== undefined) return start
    throw new AppError(
      'no_delete_tracking',
      `deletes of ${streamName(target.stream)} are not being tracked: trackDeletesStart('${target.stream.model}') comes first`,
    )
  }
  return deleteGuarded(store, target, allowMass, since, (lock) => store.state.setWindow(lock, undefined))
}

/**
 * The guard looks once, before anything is deleted. What it let through it lets through again if we die half-way:
 * with every record deleted, the share of what is left to delete falls.
 */
async function deleteGuarded(
  store: Store,
  target: RunTarget,
  allowMass: boolean,
  since: (lock: Lock) => number,
  atEnd: (lock: Lock) => Promise<void> = async () => {},
): Promise<Deletion> {
  const end: Deletion = { deleted: 0, warning: '' }
  for (let more = true; more; ) {
    await store.state.locked(target, async (lock) => {
      const unseen = await unseenIn(store, lock, since(lock))
      if (end.deleted === 0 && !allowMass) {
        end.warning = heldBack(store.guard, lock.stream, await unseen.count(), lock.live) ?? ''
      }
      const chunk = end.warning === '' ? chunkOf(unseen.first) : []
      await deleteHeads(store, lock, target.writer.runId, chunk)
      end.deleted += chunk.length
      more = chunk.length > 0 && (chunk.length < unseen.first.length || unseen.more)
      if (!more) await atEnd(lock)
    })
  }
  if (end.warning !== '') store.events.deletionHeldBack(target.stream, end.warning)
  if (end.deleted > 0) store.events.rewritten('deleted', target.stream, end.deleted)
  return end
}

/** Live records that no save since `since` brought, changed or not: the first ones, and how many they are. */
type Unseen = { first: [string, Head][]; more: boolean; count: () => Promise<number> }

/** Memory knows what was seen if it has watched since then; otherwise the tables know. */
async function unseenIn({ heads, feed, clickhouse }: Store, lock: Lock, since: number): Promise<Unseen> {
  const known = heads.complete(lock)
  if (known && known.seenSince <= since) {
    const ids = known.table.unseenSince(since)
    const first = ids.slice(0, CHUNK.records).map((id): [string, Head] => [id, known.table.get(id) as Head]) // just found
    return { first, more: ids.length > first.length, count: async () => ids.length }
  }
  await feed.seenOf(lock)
  const where = sql`action != 'deleted' AND ${unseenSince(lock.id, since)}`
  const first = await liveHeads(clickhouse, lock.id, where, CHUNK.records)
  const more = first.length === CHUNK.records
  const count = async () => (more ? countLive(clickhouse, lock.id, where) : first.length)
  return { first, more, count }
}

/** A deleted record moves to the end, and keeps its last payload, unless that has expired. */
async function deleteHeads(store: Store, lock: Lock, runId: string, heads: [string, Head][]): Promise<void> {
  if (heads.length === 0) return
  const keys = heads.map(([id, { modifiedAt }]) => ({ id, modifiedAt }))
  const live = await readLive(store.clickhouse, lock.id, isOneOf(keys))
  const rows = new Map(live.map((row) => [row.id, row]))
  const changes: Changes = new Map()
  for (const [id, before] of heads) {
    const row = rows.get(id)
    if (row === undefined)
      throw new Error(`the log has no version ${before.modifiedAt} of a record in ${lock.id}`)
    const prunedAt = store.life.prunedAt(row, lock.instant)
    const payload = prunedAt > 0 ? nothing : row.payload
    const next = {
      ...before,
      modifiedAt: lock.instant,
      writtenAt: lock.instant,
      action: Action.deleted,
      pruned: prunedAt > 0,
      size: payload.length,
    }
    changes.set(id, { before, next, prunedAt, numericId: row.numericId, payload, runId })
  }
  const bytes = live.reduce((sum, { payload }) => sum + payload.length, 0)
  await write(store, rowsBytes(changes.size, bytes), [{ lock, changes, seen: [] }])
}

const nothing = Buffer.alloc(0)

/** The first of them that make a commit: at least one, however large. */
function chunkOf(heads: [string, Head][]): [string, Head][] {
  let bytes = 0
  const end = heads.findIndex(([, { size }], i) => {
    bytes += size
    return i > 0 && (i >= CHUNK.records || bytes > CHUNK.bytes)
  })
  return end === -1 ? heads : heads.slice(0, end)
}

/** What was seen in a window older than that is being forgotten: it can't say any more what is gone. */
function openWindow({ windowStart, instant }: Lock): number | undefined {
  return windowStart !== undefined && windowStart > instant - WINDOW_MAX_MS ? windowStart : undefined
}

function runStart({ run }: Lock, { stream, writer }: RunTarget): number {
  if (run?.id === writer.runId) return run.beganAt
  throw new AppError(
    'no_delete_tracking',
    `the start of run ${writer.runId} of ${writer.sync} on ${streamName(stream)} is not known: the next run can delete what is gone`,
  )
}
