import type { ListedRun } from '@syncline/api'

/** How a run is, in one word: why it did not succeed, or that it waits. */
export function outcomeOf(run: Pick<ListedRun, 'state' | 'reason' | 'throttled' | 'parked'>): string {
  if (run.state === 'ended') return run.reason ?? 'success'
  if (run.parked !== null || run.throttled?.until) return 'throttled'
  return run.state
}

/** What a run can say beside its state: its error, its warning, or what it waits for. */
export function messageOf(
  run: Pick<ListedRun, 'error' | 'warning' | 'throttled' | 'parked' | 'state'>,
): string {
  const waits =
    run.state === 'ended' ? undefined : (run.parked ?? (run.throttled?.until && run.throttled.reason))
  return run.error ?? run.warning ?? (waits ? `waits for its API: ${waits}` : '')
}

type Result = Record<string, { added: number; updated: number; deleted: number }>

/** What a run has changed, over all models. */
export function changesOf(result: Result): { added: number; updated: number; deleted: number } {
  const sums = { added: 0, updated: 0, deleted: 0 }
  for (const { added, updated, deleted } of Object.values(result)) {
    sums.added += added
    sums.updated += updated
    sums.deleted += deleted
  }
  return sums
}

export const syncText = ({ sync_name, variant }: { sync_name: string; variant: string }): string =>
  variant === 'base' ? sync_name : `${sync_name}::${variant}`

export const outcomes = [
  ...(['success', 'failed', 'cancelled', 'lost', 'timed_out', 'cpu_limit', 'event_loop_blocked'] as const),
  ...(['out_of_memory', 'output_limit', 'protocol_violation', 'crashed', 'exited'] as const),
] as const
/** All but `cancelled`: that is what somebody wanted. */
export const failures = outcomes.filter((outcome) => outcome !== 'success' && outcome !== 'cancelled')

/** What the cause of a run means. */
export const causeWords: Record<string, string> = {
  schedule: 'slot of its schedule',
  trigger: 'somebody triggered it',
  start: 'its schedule was started',
  retry: 'another try of a run that failed',
}
