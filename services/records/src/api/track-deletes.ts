import { AppError } from '@syncline/errors'
import type { Store } from '../store.ts'
import { streamName } from '../stream/identity.ts'
import type { Granted } from '../stream/leases.ts'
import type { StreamSnapshot } from '../stream/snapshot.ts'
import type { RunTarget } from '../stream/target.ts'
import { WINDOW_MAX_MS } from '../tables/unchanged-ids.ts'
import { type Deletion, deleteUntouched } from './delete-untouched.ts'

/** Opens a window at the start of the run. If one is open, from a run that did not come to its end, it stays. */
export async function startTrackingDeletes({ writes }: Store, target: RunTarget): Promise<void> {
  await writes.operate(target, async (granted) => {
    const window = openWindow(granted.snapshot) === undefined ? runStart(granted, target) : undefined
    if (window instanceof AppError) return { result: { kind: 'unchanged' }, error: window }
    return { result: { kind: 'unchanged', ...(window && { window }) }, value: undefined }
  })
}

/**
 * Deletes what was neither changed nor saved again since the window was opened, and closes it with the last of them. It
 * is closed also where the guard held the deletion back: what this pass missed must not count as seen by the next one,
 * which decides anew.
 */
export async function endTrackingDeletes(
  store: Store,
  target: RunTarget,
  allowMass: boolean,
): Promise<Deletion> {
  const since = ({ snapshot }: Granted) =>
    openWindow(snapshot) ??
    new AppError(
      'no_delete_tracking',
      `deletes of ${streamName(target.stream)} are not being tracked: trackDeletesStart('${target.stream.model}') comes first`,
    )
  return deleteUntouched(store, target, { allowMass, since, closesWindow: true })
}

/** Deletes what the run has neither changed nor saved again since it began. */
export async function deleteUnseen(store: Store, target: RunTarget, allowMass: boolean): Promise<Deletion> {
  const since = (granted: Granted) => runStart(granted, target)
  return deleteUntouched(store, target, { allowMass, since, closesWindow: false })
}

/** What was seen in a window older than that is being forgotten: it can't say any more what is gone. */
function openWindow({ windowStart, instant }: StreamSnapshot): number | undefined {
  return windowStart !== undefined && windowStart > instant - WINDOW_MAX_MS ? windowStart : undefined
}

function runStart({ writers: [state] }: Granted, { stream, writer }: RunTarget): number | AppError {
  if (state?.run?.id === writer.runId) return state.run.beganAt
  return new AppError(
    'no_delete_tracking',
    `the start of run ${writer.runId} of ${writer.sync} on ${streamName(stream)} is not known: the next run can delete what is gone`,
  )
}
