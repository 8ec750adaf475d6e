import type { Stream } from '@syncline/proto'
import { streamName } from '../stream/identity.ts'

/**
 * If an API answers an empty page instead of failing, it looks to a sync as if most records were gone. So a deletion of
 * more than `share` of a stream's live records, and of more than `count`, happens only with `allowMassDelete`.
 */
export type DeleteGuard = { share: number; count: number }

/** The warning for the run if the guard holds a deletion back; undefined if the deletion is allowed. */
export function heldBack(
  { share, count }: DeleteGuard,
  stream: Stream,
  untouched: number,
  live: number,
): string | undefined {
  if (untouched <= count || untouched <= share * live) return undefined
  const part = Math.floor((100 * untouched) / live)
  return (
    `nothing was deleted: ${untouched} of the ${live} records (${part} %) of ${streamName(stream)} were not saved again, ` +
    `which is more than RECORDS_DELETE_GUARD_SHARE (${share}) allows. If they are really gone, let the sync call ` +
    `trackDeletesEnd('${stream.model}', { allowMassDelete: true })`
  )
}
