import { AppError } from '@syncline/errors'
import { isRecordId } from '@syncline/record'
import type { Change } from './change.ts'
import { isAlive, see } from './plan.ts'

/**
 * A change, and ids of records that its caller could not save. Those that exist count as saved again without a change: they
 * are still in the source, so delete detection must not delete what the stream has of them. Others are left alone.
 */
export function alsoSeen<T>(change: Change<T>, seenIds: string[]): Change<T> {
  if (seenIds.length === 0) return change
  if (!seenIds.every(isRecordId))
    throw new AppError('invalid_record', 'seen_ids has an id that no record can have')
  const { stored } = change
  return {
    ids: [...change.ids, ...seenIds],
    bytes: change.bytes + seenIds.reduce((sum, id) => sum + id.length, 0),
    ...(stored && { stored }),
    plan(draft, heads, versions) {
      const value = change.plan(draft, heads, versions)
      for (const id of new Set(seenIds)) {
        const head = heads.get(id)
        if (head && isAlive(head)) see(id, draft)
      }
      return value
    },
  }
}
