import type { AppError } from '@syncline/errors'
import { commit } from '../commit/commit.ts'
import { type Deleted, deleteChange } from '../commit/delete-change.ts'
import type { OperationEnd } from '../commit/operation.ts'
import type { ChangeEnd } from '../commit/part.ts'
import type { HeadMap } from '../heads/head-map.ts'
import type { Shard } from '../shard.ts'
import type { CommitResult, FoundDeletion } from '../stream/commit-result.ts'
import type { Granted } from '../stream/leases.ts'
import type { StreamSnapshot } from '../stream/snapshot.ts'
import type { RunTarget } from '../stream/target.ts'
import { countLive, liveKeys } from '../tables/record-log.ts'
import { untouchedSince } from '../tables/unchanged-ids.ts'
import type { Key } from '../tables/version.ts'
import { guardWarning, holdsBack, incompleteWarning } from './delete-guard.ts'

/** Records that one commit deletes. Other writers get the lease in between, and the process is not busy for long. */
const CHUNK = 2500
/** Ids that one query reads. Each query has to look at all ids saved again since the pass began, so there should be few. */
const QUERY_ROWS = 100_000
/** A call ends after the chunk in which its time is over, and its caller calls again: see `Deletion.more`. */
const CALL_MS = 10_000

/** How many records were deleted, or why none were. `more`: another call has to delete the rest. */
export type Deletion = { deleted: number; warning: string; more: boolean }

type Pass = {
  allowMass: boolean
  /** Why it was not complete; empty = it was. */
  incomplete: (granted: Granted) => string
  /** Since when a record must have been changed or saved again to stay. */
  since: (granted: Granted) => number | AppError
  closesWindow: boolean
}

/**
 * Deletes untouched records, chunk by chunk, each in a commit of its own. If we die in between, another call deletes the
 * rest.
 *
 * Whether the deletion is held back is decided before anything is deleted. A deletion that the guard allows it allows again
 * in the next call: with every deleted record the number of untouched ones falls, and so does their share of the stream. A
 * deletion that was released stays so until the pass has ended.
 */
export async function deleteUntouched(shard: Shard, target: RunTarget, pass: Pass): Promise<Deletion> {
  const started = performance.now()
  const total: Deletion = { deleted: 0, warning: '', more: true }
  let source: Source | undefined
  while (total.more && performance.now() - started < CALL_MS) {
    await shard.writes.operate(target, async (granted): Promise<OperationEnd<void>> => {
      const since = pass.since(granted)
      if (typeof since !== 'number') return { result: { kind: 'unchanged' }, error: since }
      source = await sourceFor(shard, granted.snapshot, since, source)
      const held = total.deleted === 0 ? await heldBack(shard, target, pass, granted, source) : undefined
      total.warning = held?.warning ?? ''
      const ids = total.warning === '' ? await source.next(granted.snapshot) : []
      const chunk = await deleteChunk(shard, granted, ids, target.writer.runId)
      if ('error' in chunk) return chunk
      total.deleted += chunk.value.deleted
      total.more = total.warning === '' && source.advance(chunk.value, granted.snapshot)
      if (total.more) return { result: chunk.result, value: undefined }
      return { result: withEnd(chunk.result, pass, granted.snapshot, held?.found), value: undefined }
    })
  }
  if (total.warning !== '') shard.events.deletionHeldBack(target.stream, total.warning)
  if (total.deleted > 0) shard.events.rewritten('deleted', target.stream, total.deleted)
  return total
}

/** Undefined if the deletion may happen. `found`: what it would have deleted, if that is anything. */
async function heldBack(
  { guard }: Shard,
  { stream, writer }: RunTarget,
  pass: Pass,
  granted: Granted,
  source: Source,
): Promise<{ warning: string; found: FoundDeletion | undefined } | undefined> {
  const { snapshot } = granted
  const incomplete = pass.incomplete(granted)
  if (incomplete === '' && (pass.allowMass || snapshot.deletion === 'released')) return undefined
  const [unseen, live] = [await source.count(snapshot), snapshot.live]
  if (incomplete === '' && !holdsBack(guard, unseen, live)) return undefined
  const warning =
    incomplete === ''
      ? guardWarning(guard, stream, unseen, live)
      : incompleteWarning(stream, unseen, live, incomplete)
  const found = { at: snapshot.instant, runId: writer.runId, unseen, live, incomplete }
  return { warning, found: unseen > 0 ? found : undefined }
}

async function deleteChunk(
  shard: Shard,
  { snapshot, lease }: Granted,
  ids: string[],
  runId: string,
): Promise<OperationEnd<Deleted>> {
  if (ids.length === 0) return { result: { kind: 'unchanged' }, value: { deleted: 0, handled: 0 } }
  const [part] = await commit(shard, [{ snapshot, lease, changes: [deleteChange(ids, runId, shard.life)] }])
  const end: ChangeEnd | undefined = part?.ends[0]
  if (part === undefined || end === undefined || end.kind === 'postponed')
    throw new Error('a commit of one change has no end')
  if (end.kind !== 'done') return { result: part.result, error: end.error }
  return { result: part.result, value: end.value as Deleted } // as deleteChange plans it
}

/** A pass ends, and with it a release, or what was held back before. */
function withEnd(
  result: CommitResult,
  { closesWindow }: Pass,
  { deletion }: StreamSnapshot,
  found: FoundDeletion | undefined,
): CommitResult {
  if (result.kind !== 'unchanged' && result.kind !== 'committed') return result
  return {
    ...result,
    ...(closesWindow && { window: 'closed' }),
    ...(found ? { heldDeletion: found } : deletion !== 'none' && { heldDeletion: 'none' }),
  }
}

/** Where the ids of a pass come from. It is valid for the next chunk too, as long as nobody else writes to the stream. */
interface Source {
  /** True if its ids are untouched at this snapshot. */
  holds(snapshot: StreamSnapshot): boolean
  count(snapshot: StreamSnapshot): Promise<number>
  /** The ids of the next chunk. */
  next(snapshot: StreamSnapshot): Promise<string[]>
  /** A commit of this snapshot has handled the first ids of the chunk. True if there are more. */
  advance(done: Deleted, snapshot: StreamSnapshot): boolean
}

/** Heads in memory tell what was touched, if they have watched the stream since then; otherwise the tables do. */
async function sourceFor(
  shard: Shard,
  snapshot: StreamSnapshot,
  since: number,
  last: Source | undefined,
): Promise<Source> {
  const map = shard.heads.watched(snapshot, since)
  if (last?.holds(snapshot)) return last
  if (map) return new FromMemory(shard, map, since)
  await shard.jobs.flushUnchanged(snapshot)
  return new FromTables(shard, snapshot, since)
}

/** The map is searched again for each chunk: records that are saved meanwhile are touched, and not found any more. */
class FromMemory implements Source {
  readonly #shard: Shard
  readonly #map: HeadMap
  readonly #since: number
  #row = 0
  #chunk: { ids: string[]; next: number } = { ids: [], next: 0 }

  constructor(shard: Shard, map: HeadMap, since: number) {
    this.#shard = shard
    this.#map = map
    this.#since = since
  }

  holds(snapshot: StreamSnapshot): boolean {
    return this.#shard.heads.watched(snapshot, this.#since) === this.#map
  }

  async count(): Promise<number> {
    return this.#map.countUntouched(this.#since)
  }

  async next(): Promise<string[]> {
    this.#chunk = this.#map.untouched(this.#since, this.#row, CHUNK)
    return this.#chunk.ids
  }

  advance({ handled }: Deleted): boolean {
    const all = handled === this.#chunk.ids.length
    // If a part was handled, the search starts again where the chunk began: it skips deleted records.
    if (all) this.#row = this.#chunk.next
    return !all || this.#row < this.#map.size
  }
}

class FromTables implements Source {
  readonly #shard: Shard
  readonly #since: number
  #lastCommit: number
  readonly #lastUnchanged: number
  #keys: Key[] = []
  #end: Key | undefined
  #more = true

  constructor(shard: Shard, { lastCommit, lastUnchanged }: StreamSnapshot, since: number) {
    this.#shard = shard
    this.#since = since
    this.#lastCommit = lastCommit
    this.#lastUnchanged = lastUnchanged
  }

  /** Its own commits do not change which ids are left: records that they delete move to the end of the stream. */
  holds({ lastCommit, lastUnchanged }: StreamSnapshot): boolean {
    return lastCommit === this.#lastCommit && lastUnchanged === this.#lastUnchanged
  }

  async count({ id }: StreamSnapshot): Promise<number> {
    return countLive(this.#shard.clickhouse, id, untouchedSince(id, this.#since))
  }

  async next({ id }: StreamSnapshot): Promise<string[]> {
    if (this.#keys.length === 0 && this.#more) {
      const where = untouchedSince(id, this.#since)
      this.#keys = await liveKeys(this.#shard.clickhouse, id, where, this.#end, QUERY_ROWS)
      this.#end = this.#keys.at(-1) ?? this.#end
      this.#more = this.#keys.length === QUERY_ROWS
    }
    return this.#keys.slice(0, CHUNK).map(({ id }) => id)
  }

  advance({ handled, deleted }: Deleted, { instant }: StreamSnapshot): boolean {
    if (deleted > 0) this.#lastCommit = instant
    this.#keys = this.#keys.slice(handled)
    return this.#keys.length > 0 || this.#more
  }
}
