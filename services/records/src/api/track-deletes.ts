import { AppError } from '@syncline/errors'
import type { Stream, TrackDeletesRequest } from '@syncline/proto'
import type { Shard } from '../shard.ts'
import { modelName } from '../stream/identity.ts'
import type { Granted } from '../stream/leases.ts'
import type { StreamSnapshot } from '../stream/snapshot.ts'
import type { RunTarget } from '../stream/target.ts'
import { WINDOW_MAX_MS } from '../tables/unchanged-ids.ts'
import { type Deletion, deleteUntouched } from './delete-untouched.ts'

/** Reasons are for people, and are kept in Redis. */
const REASON_CHARS = 500

/**
 * Opens a window that starts with the run, so what is missing from the run's pass so far is missing from the window's too. A
 * window that an earlier run left open stays as it is.
 */
export async function startTrackingDeletes({ writes }: Shard, target: RunTarget): Promise<void> {
  await writes.operate(target, async (granted) => {
    if (openWindow(granted.snapshot) !== undefined) return { result: { kind: 'unchanged' }, value: undefined }
    const window = runStart(granted, target)
    if (window instanceof AppError) return { result: { kind: 'unchanged' }, error: window }
    const reason = incompleteRun(granted, target)
    const mark = reason !== '' && { incomplete: { ...target.writer, reason } }
    return { result: { kind: 'unchanged', window, ...mark }, value: undefined }
  })
}

/**
 * The pass that a run works on is not complete: its window, if one is open, and what `deleteUnseen` does for the run. The run
 * says so before it stores a checkpoint behind what is missing: no later attempt or run would look for it again.
 */
export async function markIncomplete({ writes }: Shard, target: RunTarget, reason: string): Promise<void> {
  const incomplete = { ...target.writer, reason: shortened(reason) }
  await writes.operate(target, async () => ({ result: { kind: 'unchanged', incomplete }, value: undefined }))
}

/**
 * Deletes what is untouched since the window was opened, and closes the window with the last commit. The window is closed
 * also if the pass was not complete, or if the guard holds the deletion back: the next pass opens its own and decides again.
 */
export async function endTrackingDeletes(shard: Shard, target: RunTarget, end: PassEnd): Promise<Deletion> {
  const since = ({ snapshot }: Granted) => openWindow(snapshot) ?? noWindow(target.stream)
  const incomplete = ({ snapshot }: Granted) => incompletePass(end, snapshot.incomplete)
  return deleteUntouched(shard, target, {
    allowMass: end.allowMassDelete,
    incomplete,
    since,
    closesWindow: true,
  })
}

/** Deletes what is untouched since the run began. */
export async function deleteUnseen(shard: Shard, target: RunTarget, end: PassEnd): Promise<Deletion> {
  const since = (granted: Granted) => runStart(granted, target)
  const incomplete = (granted: Granted) => incompletePass(end, incompleteRun(granted, target))
  return deleteUntouched(shard, target, {
    allowMass: end.allowMassDelete,
    incomplete,
    since,
    closesWindow: false,
  })
}

export function noWindow(stream: Stream): AppError {
  return new AppError(
    'no_delete_tracking',
    `deletes of ${modelName(stream)} are not being tracked: trackDeletesStart('${stream.model}') comes first`,
  )
}

type PassEnd = Pick<TrackDeletesRequest, 'allowMassDelete' | 'incomplete' | 'allowIncomplete'>

/** Why a pass was not complete, by what its end says and by an earlier mark; empty = it was. */
export const incompletePass = ({ incomplete, allowIncomplete }: PassEnd, mark: string) =>
  shortened(incomplete) || (allowIncomplete ? '' : mark)

const shortened = (reason: string) => reason.slice(0, REASON_CHARS)

/** For an older window the table may have dropped ids already, so it can't tell what is untouched. */
export function openWindow({ windowStart, instant }: StreamSnapshot): number | undefined {
  return windowStart !== undefined && windowStart > instant - WINDOW_MAX_MS ? windowStart : undefined
}

/** Why the pass of the run is not complete; empty = nobody has said that it is not. */
function incompleteRun({ writers: [state] }: Granted, { writer }: RunTarget): string {
  return state?.run?.id === writer.runId ? state.run.incomplete : ''
}

function runStart({ writers: [state] }: Granted, { stream, writer }: RunTarget): number | AppError {
  if (state?.run?.id === writer.runId) return state.run.beganAt
  return new AppError(
    'no_delete_tracking',
    `the start of run ${writer.runId} of ${writer.sync} on ${modelName(stream)} is not known: the next run can delete what is gone`,
  )
}
