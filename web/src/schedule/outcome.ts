import type { ListedRun } from '@syncline/api'

/** How a run is, in one word: its state, or how it ended. */
export function outcomeOf({
  state,
  reason,
  throttled,
  parked,
}: Pick<ListedRun, 'state' | 'reason' | 'throttled' | 'parked'>): string {
  if (state === 'ended') return reason ?? 'success'
  if (parked !== null) return 'parked'
  return state === 'queued' && throttled?.until ? 'throttled' : state
}
