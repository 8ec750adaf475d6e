import type { PayloadLife } from '../tables/payload-life.ts'
import { Action, type Key, type StoredKey } from '../tables/version.ts'
import type { Change, Placed } from './change.ts'
import { isAlive, isKept, type RecordChange, see } from './plan.ts'

/** Payloads of deleted records pass through our memory. */
const MAX_BYTES = 16 * 1024 * 1024

/** `handled`: how many of the ids, from the first on, are done; there may be more than a commit takes. */
export type Deleted = { deleted: number; handled: number }

/** Deletes records. Unknown and deleted ids are left alone: a deleted record does not move again. */
export function deleteChange(
  ids: readonly string[],
  runId: string,
  life: PayloadLife,
  keepAfter?: Key,
): Change<Placed<Deleted>> {
  let handled = ids.length
  return {
    ids,
    bytes: ids.reduce((sum, id) => sum + id.length, 0),
    stored(heads) {
      const keys: StoredKey[] = []
      let bytes = 0
      for (const [i, id] of ids.entries()) {
        const head = heads.get(id)
        if (head === undefined || !isAlive(head)) continue
        bytes += head.size
        if (keys.length > 0 && bytes > MAX_BYTES) {
          handled = i
          break
        }
        keys.push({ id, modifiedAt: head.modifiedAt, size: head.size })
      }
      return keys
    },
    plan(draft, heads, stored) {
      const { snapshot, changes } = draft
      const { instant } = snapshot
      const kept: string[] = []
      const deleted = new Map<string, RecordChange>()
      for (const id of ids.slice(0, handled)) {
        const [before, earlier, row] = [heads.get(id), changes.get(id), stored.get(id)]
        const last = earlier?.next ?? before
        if (last === undefined || !isAlive(last)) continue
        if (isKept(last, id, keepAfter)) {
          kept.push(id)
          continue
        }
        if (!earlier && !row)
          throw new Error(`record_log of ${snapshot.id} has no version ${last.modifiedAt} of a live record`)
        // A deleted record moves to the end and keeps its last payload, unless that has expired.
        const prunedAt = earlier || !row ? 0 : life.prunedAt(row, instant)
        const payload = prunedAt > 0 ? nothing : ((earlier ?? row)?.payload ?? nothing)
        const numericId = (earlier ?? row)?.numericId ?? false
        const next = {
          ...last,
          modifiedAt: instant,
          writtenAt: instant,
          action: Action.deleted,
          pruned: prunedAt > 0,
          size: payload.length,
        }
        deleted.set(id, { before, next, prunedAt, numericId, payload, runId })
      }
      for (const [id, change] of deleted) changes.set(id, change)
      for (const id of kept) see(id, draft)
      return { deleted: deleted.size, handled, instant }
    },
  }
}

const nothing = Buffer.alloc(0)
