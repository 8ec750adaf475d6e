import { AppError } from '@syncline/errors'
import type { Shard } from '../shard.ts'
import { streamName } from '../stream/identity.ts'
import type { Granted } from '../stream/leases.ts'
import type { StreamSnapshot } from '../stream/snapshot.ts'
import type { RunTarget } from '../stream/target.ts'
import { WINDOW_MAX_MS } from '../tables/unchanged-ids.ts'
import { type Deletion, deleteUntouched } from './delete-untouched.ts'

/** Opens a window that starts with the run. A window that an earlier run left open stays as it is. */
export async function startTrackingDeletes({ writes }: Shard, target: RunTarget): Promise<void> {
  await writes.operate(target, async (granted) => {
    const window = openWindow(granted.snapshot) === undefined ? runStart(granted, target) : undefined
    if (window instanceof AppError) return { result: { kind: 'unchanged' }, error: window }
    return { result: { kind: 'unchanged', ...(window && { window }) }, value: undefined }
  })
}

/**
 * Deletes what is untouched since the window was opened, and closes the window with the last commit. The window is closed
 * also if the guard holds the deletion back: the next pass opens its own and decides anew.
 */
export async function endTrackingDeletes(
  shard: Shard,
  target: RunTarget,
  allowMass: boolean,
): Promise<Deletion> {
  const since = ({ snapshot }: Granted) =>
    openWindow(snapshot) ??
    new AppError(
      'no_delete_tracking',
      `deletes of ${streamName(target.stream)} are not being tracked: trackDeletesStart('${target.stream.model}') comes first`,
    )
  return deleteUntouched(shard, target, { allowMass, since, closesWindow: true })
}

/** Deletes what is untouched since the run began. */
export async function deleteUnseen(shard: Shard, target: RunTarget, allowMass: boolean): Promise<Deletion> {
  const since = (granted: Granted) => runStart(granted, target)
  return deleteUntouched(shard, target, { allowMass, since, closesWindow: false })
}

/** For an older window the table may have dropped ids already, so it can't tell what is untouched. */
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
