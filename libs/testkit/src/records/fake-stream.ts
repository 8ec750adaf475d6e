import { AppError } from '@syncline/errors'
import type {
  HeldDeletion,
  ListRunChangesRequest,
  ListVersionsRequest,
  RecordAction,
  StreamSize,
  TrackDeletesRequest,
  Position as WirePosition,
  Writer,
} from '@syncline/proto'
import { type EncodedRecord, encodeRecord, isRecordId } from '@syncline/record'

/** A deletion of more than half of the live records, and of more than ten, must be asked for by name. */
const GUARD = { share: 0.5, count: 10 }

type Version = {
  id: string
  numericId: boolean
  /** Empty if it was pruned. */
  payload: Buffer
  hash: Buffer
  action: 'ADDED' | 'UPDATED' | 'DELETED'
  modifiedAt: number
  firstSeenAt: number
  /** 0 = it has its payload. */
  prunedAt: number
  runId: string
  /** Infinity: it is the newest one of its record. */
  endedAt: number
}

/** `incomplete`: why the pass of its run is not complete. */
type SyncState = { fence: number; runId: string; beganAt: number; emptiedBy: string; incomplete: string }

type Held = Omit<HeldDeletion, 'stream'>

type Pass = Pick<TrackDeletesRequest, 'allowMassDelete' | 'incomplete' | 'allowIncomplete'>

export type Selection = {
  cursor: string
  limit: number
  modifiedAfterMs: number
  actions: RecordAction[]
  ids: string[]
  asOfMs: number
  newestFirst: boolean
  withoutPayload: boolean
}

/** One stream of the fake record store: every version of its records, and who may write. */
export class FakeStream {
  #versions: Version[] = []
  #newest = new Map<string, Version>()
  readonly #syncs = new Map<string, SyncState>()
  /** Ids that were saved again without a change, by the instant of the save. */
  readonly #touchedAt = new Map<string, number>()
  #lastInstant = 0
  /** `incomplete`: why its pass is not complete. */
  #window: { start: number; incomplete: string } | undefined
  #held: Held | undefined

  get lastInstant(): number {
    return this.#lastInstant
  }

  nextInstant(): number {
    this.#lastInstant = Math.max(Date.now(), this.#lastInstant + 1)
    return this.#lastInstant
  }

  /** @throws `fenced` if a later run or attempt of the sync has begun. */
  admit({ sync, runId, fence }: Writer): SyncState {
    const state = this.#syncs.get(sync) ?? { fence, runId: '', beganAt: 0, emptiedBy: '', incomplete: '' }
    if (fence < state.fence)
      throw new AppError('fenced', `the fence ${fence} of run ${runId} is behind ${state.fence}`)
    this.#syncs.set(sync, state)
    state.fence = fence
    return state
  }

  /** An attempt of a run begins. Returns what the attempts before it have changed. */
  begin(writer: Writer, empty: boolean): { added: number; updated: number; deleted: number } {
    const state = this.admit(writer)
    const { runId } = writer
    if (state.runId !== runId) Object.assign(state, { runId, beganAt: this.nextInstant(), incomplete: '' })
    if (empty && state.emptiedBy !== runId) {
      this.empty()
      state.emptiedBy = runId
    }
    const changes = [...this.#newest.values()].filter((version) => version.runId === runId)
    const deleted = changes.filter(isDeleted).length
    const added = changes.filter((v) => !isDeleted(v) && v.firstSeenAt >= state.beganAt).length
    return { added, updated: changes.length - deleted - added, deleted }
  }

  save(records: EncodedRecord[], instant: number, runId: string, keepAfter?: WirePosition) {
    const { last, duplicateIds } = lastOfEach(records)
    const counts = { added: 0, updated: 0, unchanged: 0, duplicateIds }
    for (const { id, numericId, payload, hash } of last) {
      const before = this.#newest.get(id)
      if (before && isKept(before, keepAfter)) {
        this.#touchedAt.set(id, instant)
        continue
      }
      const known = before !== undefined && !isDeleted(before)
      if (known && before.hash.equals(hash)) {
        // A pruned record gets its payload back and stays where it is.
        Object.assign(before, { payload, prunedAt: 0 })
        this.#touchedAt.set(id, instant)
        counts.unchanged++
        continue
      }
      const action = known ? 'UPDATED' : 'ADDED'
      const firstSeenAt = known ? before.firstSeenAt : instant
      this.#put({ id, numericId, payload, hash, action, firstSeenAt, runId, prunedAt: 0 }, instant)
      counts[known ? 'updated' : 'added']++
    }
    return { ...counts, position: counts.added + counts.updated > 0 ? behind(instant) : undefined }
  }

  merge(parts: EncodedRecord[], instant: number, runId: string, keepAfter?: WirePosition) {
    const { last, duplicateIds } = lastOfEach(parts)
    const merged = last.flatMap((part) => {
      const before = this.#newest.get(part.id)
      if (before === undefined || isDeleted(before)) return []
      const base = before.prunedAt > 0 ? {} : parse(before.payload)
      return [encodeRecord(merge(base, parse(part.payload)))]
    })
    return { ...this.save(merged, instant, runId, keepAfter), duplicateIds }
  }

  /** Records that could not be saved: those that exist are seen. */
  see(ids: string[], instant: number): void {
    if (!ids.every(isRecordId)) throw new AppError('invalid_record', 'no record can have such an id')
    for (const id of ids) if (this.#newest.has(id)) this.#touchedAt.set(id, instant)
  }

  delete(ids: string[], instant: number, runId: string, keepAfter?: WirePosition) {
    const live = [...new Set(ids)].flatMap((id) => this.#newest.get(id) ?? []).filter((v) => !isDeleted(v))
    const gone = live.filter((version) => !isKept(version, keepAfter))
    for (const { id } of live.filter((version) => isKept(version, keepAfter)))
      this.#touchedAt.set(id, instant)
    for (const version of gone) this.#put({ ...version, action: 'DELETED', runId }, instant)
    return { deleted: gone.length, position: gone.length > 0 ? behind(instant) : undefined }
  }

  position(cursor: string): WirePosition {
    if (cursor === '') return behind(this.#lastInstant)
    const { modifiedAt: atMs, id } = positionOf(cursor)
    return { atMs, id }
  }

  startTracking(writer: Writer): void {
    const { beganAt: start, incomplete } = this.#runOf(writer)
    this.#window ??= { start, incomplete }
  }

  markIncomplete(writer: Writer, reason: string): void {
    this.#runOf(writer).incomplete = reason
    if (this.#window) this.#window.incomplete ||= reason
  }

  endTracking(writer: Writer, pass: Pass, instant: number) {
    if (this.#window === undefined)
      throw new AppError('no_delete_tracking', 'deletes are not being tracked: trackDeletesStart comes first')
    const end = this.#endPass(this.#window.start, writer, marked(pass, this.#window.incomplete), instant)
    this.#window = undefined
    return end
  }

  deleteUnseen(writer: Writer, pass: Pass, instant: number) {
    const { beganAt, incomplete } = this.#runOf(writer)
    return this.#endPass(beganAt, writer, marked(pass, incomplete), instant)
  }

  get held(): Held | undefined {
    return this.#held
  }

  release(): Held {
    if (!this.#held) throw new AppError('not_found', 'no deletion was held back')
    if (this.#held.incomplete !== '')
      throw new AppError('not_found', `the last pass was not complete (${this.#held.incomplete})`)
    this.#held.released = true
    return this.#held
  }

  prune(untilCursor: string, limit: number): { count: number; hasMore: boolean } {
    const until = positionOf(untilCursor)
    const isCovered = (v: Version) => v.prunedAt === 0 && comparePositions(v, until) <= 0
    const newest = [...this.#newest.values()].filter(isCovered).sort(comparePositions)
    const pruned = limit > 0 ? newest.slice(0, limit) : newest
    const hasMore = pruned.length < newest.length
    const upTo = hasMore ? (pruned.at(-1) ?? until) : until
    const ended = this.#versions.filter((v) => v.endedAt < Number.POSITIVE_INFINITY && isCovered(v))
    for (const version of [...pruned, ...ended.filter((v) => comparePositions(v, upTo) <= 0)])
      Object.assign(version, { payload: Buffer.alloc(0), prunedAt: Date.now() })
    return { count: pruned.length, hasMore }
  }

  empty(): void {
    this.#versions = []
    this.#newest.clear()
    this.#held = undefined
  }

  page({ cursor, limit, modifiedAfterMs, actions, ids, asOfMs, newestFirst, withoutPayload }: Selection) {
    const start = cursor === '' ? undefined : positionOf(cursor)
    const known =
      asOfMs === 0
        ? [...this.#newest.values()]
        : this.#versions.filter(({ modifiedAt, endedAt }) => modifiedAt <= asOfMs && asOfMs < endedAt)
    const wanted = new Set(ids.map((id) => id.replaceAll('\0', '')))
    const compare = (a: Position, b: Position) => comparePositions(a, b) * (newestFirst ? -1 : 1)
    const found = known.filter(
      (version) =>
        version.modifiedAt > modifiedAfterMs &&
        (wanted.size === 0 || wanted.has(version.id)) &&
        (actions.length === 0 || actions.includes(`RECORD_ACTION_${version.action}`)) &&
        (start === undefined || compare(version, start) > 0),
    )
    return pageOf(found.sort(compare), limit, withoutPayload ? 'origin' : 'payload')
  }

  /** The versions of a record, newest first. */
  versionsOf({ id, cursor, withoutPayload }: Omit<ListVersionsRequest, 'stream'>, limit: number) {
    const before = cursor === '' ? Number.POSITIVE_INFINITY : positionOf(cursor).modifiedAt
    const found = this.#versions.filter((version) => version.id === id && version.modifiedAt < before)
    return pageOf(found.sort(comparePositions).reverse(), limit, withoutPayload ? 'origin' : 'both')
  }

  /** The versions that a run has made, oldest first. */
  changesOf({ runId, fromMs, toMs, cursor, limit }: Omit<ListRunChangesRequest, 'stream'>) {
    const start = cursor === '' ? undefined : positionOf(cursor)
    const found = this.#versions
      .filter(({ modifiedAt }) => modifiedAt >= fromMs && modifiedAt <= toMs)
      .filter((version) => version.runId === runId && (!start || comparePositions(version, start) > 0))
      .sort(comparePositions)
    const page = found.slice(0, limit)
    const last = found.length > limit ? page.at(-1) : undefined
    return {
      changes: page.map(({ id, action, modifiedAt: atMs, payload }) => ({
        ...{ id, atMs, bytes: payload.length },
        action: `RECORD_ACTION_${action}` as const,
      })),
      nextCursor: last ? cursorOf(last) : '',
    }
  }

  get hasVersions(): boolean {
    return this.#versions.length > 0
  }

  size(): StreamSize {
    const newest = [...this.#newest.values()]
    const bytes = newest.reduce((sum, { payload }) => sum + payload.length, 0)
    const lastModifiedMs = Math.max(0, ...newest.map(({ modifiedAt }) => modifiedAt))
    return { live: newest.filter((version) => !isDeleted(version)).length, bytes, lastModifiedMs }
  }

  /** Payloads of the records that are not deleted, in order of change. */
  live(): { id: string }[] {
    const live = [...this.#newest.values()].filter((version) => !isDeleted(version))
    return live.sort(comparePositions).map(({ payload }) => parse(payload) as { id: string }) // as they were saved
  }

  #put(version: Omit<Version, 'modifiedAt' | 'endedAt'>, modifiedAt: number): void {
    const before = this.#newest.get(version.id)
    if (before) before.endedAt = modifiedAt
    const next = { ...version, modifiedAt, endedAt: Number.POSITIVE_INFINITY }
    this.#versions.push(next)
    this.#newest.set(version.id, next)
  }

  #runOf({ sync, runId }: Writer): SyncState {
    const state = this.#syncs.get(sync)
    if (state?.runId === runId) return state
    throw new AppError('no_delete_tracking', `the start of run ${runId} of ${sync} is not known`)
  }

  #endPass(since: number, writer: Writer, { allowMassDelete, incomplete }: Pass, instant: number) {
    const live = [...this.#newest.values()].filter((version) => !isDeleted(version))
    const untouched = live.filter(
      ({ id, modifiedAt }) => modifiedAt < since && (this.#touchedAt.get(id) ?? 0) < since,
    )
    const isMass = untouched.length > GUARD.count && untouched.length > GUARD.share * live.length
    const isAllowed = allowMassDelete || this.#held?.released === true || !isMass
    if (incomplete === '' && isAllowed) {
      const ids = untouched.map(({ id }) => id)
      this.#held = undefined
      return { ...this.delete(ids, instant, writer.runId), warning: '' }
    }
    const held = {
      atMs: instant,
      runId: writer.runId,
      unseen: untouched.length,
      live: live.length,
      incomplete,
      released: this.#held?.released ?? false,
    }
    this.#held = untouched.length > 0 ? held : undefined
    const reason = incomplete === '' ? '' : `the pass was not complete (${incomplete}), `
    const warning = `nothing was deleted: ${reason}${untouched.length} of the ${live.length} records were not saved again`
    return { deleted: 0, warning }
  }
}

const marked = (pass: Pass, mark: string): Pass => ({
  ...pass,
  incomplete: pass.incomplete || (pass.allowIncomplete ? '' : mark),
})

const behind = (instant: number): WirePosition => ({ atMs: instant + 1, id: '' })

const isKept = (version: Version, keepAfter: WirePosition | undefined) =>
  keepAfter !== undefined && comparePositions(version, { modifiedAt: keepAfter.atMs, id: keepAfter.id }) > 0

type Position = { modifiedAt: number; id: string }

const comparePositions = (a: Position, b: Position) =>
  a.modifiedAt - b.modifiedAt || Buffer.compare(Buffer.from(a.id), Buffer.from(b.id))

const cursorOf = ({ modifiedAt, id }: Position) => Buffer.from(`${iso(modifiedAt)}||${id}`).toString('base64')

function positionOf(cursor: string): Position {
  const [, instant = '', id = ''] =
    /^(\d{4}-.*?Z)\|\|(.+)$/s.exec(Buffer.from(cursor, 'base64').toString()) ?? []
  const modifiedAt = Date.parse(instant)
  if (Number.isNaN(modifiedAt)) throw new AppError('invalid_cursor', `'${cursor}' is not a cursor`)
  return { modifiedAt, id }
}

/** What of each version is told: its payload, its run and bytes, or both. */
type Told = 'payload' | 'origin' | 'both'

function pageOf(found: Version[], limit: number, told: Told): { records: string[]; nextCursor: string } {
  const page = found.slice(0, limit)
  const last = page.at(-1)
  const records = page.map((version) => json(version, told))
  return { records, nextCursor: last && found.length > page.length ? cursorOf(last) : '' }
}

function json(version: Version, told: Told): string {
  const { id, numericId, payload, action, modifiedAt, firstSeenAt, prunedAt, runId } = version
  const text =
    prunedAt > 0 || told === 'origin'
      ? JSON.stringify({ id: numericId ? Number(id) : id })
      : payload.toString()
  const metadata = {
    first_seen_at: iso(firstSeenAt),
    last_modified_at: iso(modifiedAt),
    last_action: action,
    deleted_at: action === 'DELETED' ? iso(modifiedAt) : null,
    pruned_at: prunedAt > 0 ? iso(prunedAt) : null,
    cursor: cursorOf(version),
    ...(told !== 'payload' && { run_id: runId || null, bytes: payload.length }),
  }
  return `${text.slice(0, -1)},"_nango_metadata":${JSON.stringify(metadata)}}`
}

const iso = (ms: number) => new Date(ms).toISOString()
const isDeleted = ({ action }: Version) => action === 'DELETED'
const parse = (payload: Buffer): unknown => JSON.parse(payload.toString())

function lastOfEach(records: EncodedRecord[]) {
  const last = new Map(records.map((record) => [record.id, record]))
  const twice = records.filter((record) => last.get(record.id) !== record).map(({ id }) => id)
  return { last: [...last.values()], duplicateIds: [...new Set(twice)] }
}

function merge(base: unknown, part: unknown): unknown {
  if (!isObject(base) || !isObject(part)) return part
  const entries = Object.entries(part).map(([key, value]) => [key, merge(base[key], value)])
  return { ...base, ...Object.fromEntries(entries) }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
