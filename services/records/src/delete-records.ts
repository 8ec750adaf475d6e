import { AppError } from '@syncline/errors'
import { heldBack } from './delete-guard.ts'
import { readHeads, streamSizes } from './record-head.ts'
import { Action, countLive, isOneOf } from './record-log.ts'
import { deleted, isLive, rewrite } from './rewrite.ts'
import { unseenSince, WINDOW_MAX_MS } from './seen.ts'
import { type Sql, sql } from './sql.ts'
import type { RunTarget, Store } from './store.ts'
import { streamName } from './stream-id.ts'
import type { Lock } from './stream-state.ts'

/** Unknown and deleted ids are left alone: a deleted record does not move again. Returns how many were deleted. */
export async function deleteByIds(store: Store, target: RunTarget, ids: string[]): Promise<number> {
  return deleteWhere(store, target, async (lock) => {
    const heads = (await readHeads(store.clickhouse, [{ stream: lock.id, ids }])).get(lock.id) ?? []
    const keys = [...heads]
      .filter(([, head]) => head.action !== Action.deleted)
      .map(([id, { modifiedAt }]) => ({ modifiedAt, id }))
    return keys.length > 0 ? isOneOf(keys) : sql`false`
  })
}

/** How many were deleted; or none, and why. */
export type Deletion = { deleted: number; warning: string }

/** Deletes what the run has neither changed nor seen since it began. */
export async function deleteUnseen(store: Store, target: RunTarget, allowMass: boolean): Promise<Deletion> {
  return deleteGuarded(store, target, allowMass, (lock) => unseenBy(lock, runStart(lock, target)))
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
  const deletion = await deleteGuarded(store, target, allowMass, (lock) => {
    const start = openWindow(lock)
    if (start === undefined) {
      throw new AppError(
        'no_delete_tracking',
        `deletes of ${streamName(target.stream)} are not being tracked: trackDeletesStart('${target.stream.model}') comes first`,
      )
    }
    return unseenBy(lock, start)
  })
  await store.state.locked(target, (lock) => store.state.setWindow(lock, undefined))
  return deletion
}

/**
 * The guard looks once, before anything is deleted. What it let through it lets through again if we die half-way:
 * with every record deleted, the share of what is left to delete falls.
 */
async function deleteGuarded(
  store: Store,
  target: RunTarget,
  allowMass: boolean,
  where: (lock: Lock) => Sql,
): Promise<Deletion> {
  const warning = allowMass
    ? undefined
    : await store.state.locked(target, (lock) => guard(store, lock, where))
  if (warning !== undefined) {
    store.events.deletionHeldBack(target.stream, warning)
    return { deleted: 0, warning }
  }
  return { deleted: await deleteWhere(store, target, where), warning: '' }
}

async function guard(
  { clickhouse, guard }: Store,
  lock: Lock,
  where: (lock: Lock) => Sql,
): Promise<string | undefined> {
  const unseen = await countLive(clickhouse, lock.id, where(lock))
  const live = (await streamSizes(clickhouse, [lock.id])).get(lock.id)?.live ?? 0
  return heldBack(guard, lock.stream, unseen, live)
}

async function deleteWhere(
  store: Store,
  target: RunTarget,
  where: (lock: Lock) => Sql | Promise<Sql>,
): Promise<number> {
  const { count } = await rewrite(store, target, where, deleted(store.life, target.writer.runId))
  if (count > 0) store.events.rewritten('deleted', target.stream, count)
  return count
}

const unseenBy = (lock: Lock, since: number) => sql`${isLive} AND ${unseenSince(lock.id, since)}`

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
