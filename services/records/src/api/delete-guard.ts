import type { Stream } from '@syncline/proto'
import { streamName } from '../stream/identity.ts'

/**
 * An API that answers an empty page where it should have failed looks to a sync as if most records were gone. A
 * deletion of more than `share` of a stream's live records, and of more than `count`, must be asked for by name.
 */
export type DeleteGuard = { share: number; count: number }

/** What to tell the run if the guard holds a deletion back; undefined if it lets it through. */
export function heldBack(
  { share, count }: DeleteGuard,
  stream: Stream,
  unseen: number,
  live: number,
): string | undefined {
  if (unseen <= count || unseen <= share * live) return undefined
  const part = Math.floor((100 * unseen) / live)
  return (
    `nothing was deleted: ${unseen} of the ${live} records (${part} %) of ${streamName(stream)} were not seen, ` +
    `which is more than RECORDS_DELETE_GUARD_SHARE (${share}) allows. If they are really gone, let the sync call ` +
    `trackDeletesEnd('${stream.model}', { allowMassDelete: true })`
  )
}
