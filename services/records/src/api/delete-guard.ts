import type { Stream } from '@syncline/proto'
import { modelName } from '../stream/identity.ts'

/**
 * If an API answers an empty page instead of failing, it looks to a sync as if most records were gone. So a deletion of
 * more than `share` of a stream's live records, and of more than `count`, happens only with `allowMassDelete`.
 */
export type DeleteGuard = { share: number; count: number }

/** Whether the guard holds a deletion back. */
export function holdsBack({ share, count }: DeleteGuard, untouched: number, live: number): boolean {
  return untouched > count && untouched > share * live
}

/** For the run whose deletion the guard has held back. */
export function guardWarning(
  { share }: DeleteGuard,
  stream: Stream,
  untouched: number,
  live: number,
): string {
  const part = Math.floor((100 * untouched) / live)
  return (
    `nothing was deleted: ${untouched} of the ${live} records (${part} %) of ${modelName(stream)} were not saved again, ` +
    `which is more than RECORDS_DELETE_GUARD_SHARE (${share}) allows. If they are really gone, allow the next pass to delete ` +
    `them (see \`syncline deletions list\`), or let the sync call trackDeletesEnd('${stream.model}', { allowMassDelete: true })`
  )
}

/** For a run whose pass was not complete: what it has not seen may still be there. */
export function incompleteWarning(stream: Stream, untouched: number, live: number, reason: string): string {
  return (
    `nothing was deleted: the pass over ${modelName(stream)} was not complete (${reason}). ${untouched} of the ${live} records ` +
    'were not saved again; the next complete pass deletes those that are gone'
  )
}
