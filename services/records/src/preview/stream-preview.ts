import { AppError } from '@syncline/errors'
import { ModelChanges, type ModelPreview } from '@syncline/preview'
import type {
  DeleteRequest,
  FindPositionResponse,
  ListRecordsRequest,
  ListRecordsResponse,
  SaveRequest,
  SaveResponse,
  Stream,
} from '@syncline/proto'
import { readBatch } from '@syncline/record'
import { behind, keyOf } from '../api/position.ts'
import { alsoSeen } from '../commit/also-seen.ts'
import { mergeChange } from '../commit/merge-change.ts'
import { isAlive, isKept } from '../commit/plan.ts'
import { saveChange } from '../commit/save-change.ts'
import { decodeCursor } from '../read/cursor.ts'
import type { Shard } from '../shard.ts'
import type { StreamSnapshot } from '../stream/snapshot.ts'
import { type HeadsByStream, readHeads } from '../tables/record-head.ts'
import { readStored } from '../tables/record-log.ts'
import type { Head, StoredKey } from '../tables/version.ts'
import { listOverlaid } from './list-overlaid.ts'
import { Overlay } from './overlay.ts'
import { PassPreview } from './pass-preview.ts'
import type { PreviewBytes } from './preview-memory.ts'

/** Payloads that are read at once, to tell which fields change. */
const READ_BYTES = 16 * 1024 * 1024

interface Options {
  shard: Shard
  stream: Stream
  samples: number
  bytes: PreviewBytes
  signal: AbortSignal
}

/**
 * What a run would do to a stream. Each write is planned by the code that plans the commits of real runs, on the heads that are
 * stored and on what the run has changed so far; nothing is inserted.
 */
export class StreamPreview {
  readonly overlay: Overlay
  readonly changes: ModelChanges
  readonly pass: PassPreview
  readonly #options: Options
  readonly #liveBefore: number
  #lastInstant: number

  private constructor(options: Options, snapshot: StreamSnapshot) {
    const { stream, samples, bytes, shard } = options
    this.#options = options
    this.#liveBefore = snapshot.live
    this.#lastInstant = snapshot.instant
    this.overlay = new Overlay(bytes)
    this.changes = new ModelChanges({ model: stream.model, samples })
    this.pass = new PassPreview({ shard, stream, overlay: this.overlay, changes: this.changes }, snapshot)
  }

  static async open(options: Options): Promise<StreamPreview> {
    return new StreamPreview(options, await options.shard.state.peek(options.stream))
  }

  async save(request: SaveRequest): Promise<SaveResponse> {
    const { shard } = this.#options
    const batch = readBatch(request.batch)
    const toChange = request.mode === 'SAVE_MODE_MERGE' ? mergeChange : saveChange
    const change = alsoSeen(toChange(batch, '', shard.life, keyOf(request.keepAfter)), request.seenIds)
    const snapshot = await this.snapshot()
    const heads = this.overlay.overStored(await this.#storedHeads(snapshot, change.ids))
    const stored = await this.#stored(snapshot, change.stored?.(heads) ?? [])
    const before = this.#headsBefore(change.ids, heads)
    const previous = new Map(
      [...before.keys()].flatMap((id) => {
        const known = this.overlay.changes.get(id)
        return known ? [[id, known.payload] as const] : []
      }),
    )
    const draft = this.overlay.draft(snapshot)
    const { added, updated, unchanged, duplicateIds } = change.plan(draft, heads, stored)
    this.overlay.settle(before, draft.unchangedIds)
    this.changes.unchanged(unchanged)
    await this.#describe(snapshot, new Set(batch.ids), before, previous).catch(cannotGoOn)
    const position = added + updated > 0 ? behind(snapshot.instant) : undefined
    return { added, updated, unchanged, deleted: 0, duplicateIds, warning: '', more: false, position }
  }

  /** Unknown and deleted ids are left alone. */
  async delete({ ids, keepAfter }: DeleteRequest): Promise<SaveResponse> {
    const snapshot = await this.snapshot()
    const unique = [...new Set(ids)]
    const heads = this.overlay.overStored(await this.#storedHeads(snapshot, unique))
    const before = this.#headsBefore(unique, heads)
    const found = [...before].filter((entry): entry is [string, Head] => !!entry[1] && isAlive(entry[1]))
    const position = keyOf(keepAfter)
    const alive = found.filter(([id, head]) => !isKept(head, id, position))
    // Those that others have modified are left alone, and count as seen.
    const kept = found.flatMap(([id, head]) => (isKept(head, id, position) ? [id] : []))
    this.overlay.settle(new Map(), kept)
    await this.pass.markDeleted(snapshot, alive).catch(cannotGoOn)
    return {
      ...NOTHING,
      deleted: alive.length,
      position: alive.length > 0 ? behind(snapshot.instant) : undefined,
    }
  }

  list(request: ListRecordsRequest): Promise<ListRecordsResponse> {
    const { shard, stream, signal } = this.#options
    return listOverlaid({ shard, stream, signal, overlay: this.overlay }, request)
  }

  /** The end of the stream with what the run has changed, or the place that a cursor names. */
  async findPosition(cursor: string): Promise<FindPositionResponse> {
    if (cursor !== '') {
      const { modifiedAt: atMs, id } = decodeCursor(cursor)
      return { position: { atMs, id } }
    }
    const { lastCommit } = await this.#options.shard.state.peek(this.#options.stream)
    return { position: behind(Math.max(lastCommit, this.overlay.keys.at(-1)?.modifiedAt ?? 0)) }
  }

  summary(): ModelPreview {
    const before = this.#liveBefore
    return this.changes.result({ before, after: Math.max(0, before + this.overlay.live) })
  }

  /** The stream as it is now, at an instant that no version has. */
  async snapshot(): Promise<StreamSnapshot> {
    const { shard, stream } = this.#options
    const now = await shard.state.peek(stream)
    this.#lastInstant = Math.max(now.instant, this.#lastInstant + 1)
    return { ...now, instant: this.#lastInstant }
  }

  async #storedHeads({ id, lastCommit, headsBehindSince }: StreamSnapshot, ids: readonly string[]) {
    const { clickhouse, heads } = this.#options.shard
    const inMemory = heads.known(id, lastCommit, ids)
    if (inMemory) return inMemory
    const found: HeadsByStream = await readHeads(clickhouse, [
      { stream: id, behindSince: headsBehindSince, ids },
    ])
    return found.get(id) ?? new Map<string, Head>()
  }

  async #stored({ id }: StreamSnapshot, keys: StoredKey[]) {
    const found = await readStored(this.#options.shard.clickhouse, [{ stream: id, keys }])
    return found.get(id) ?? new Map()
  }

  #headsBefore(ids: readonly string[], heads: ReturnType<Overlay['overStored']>) {
    return new Map(ids.map((id) => [id, this.overlay.changes.get(id)?.next ?? heads.get(id)]))
  }

  /** Tells which records of a batch are added and updated. For those that are updated it reads what they were. */
  async #describe(
    snapshot: StreamSnapshot,
    ids: Set<string>,
    before: ReadonlyMap<string, Head | undefined>,
    previous: ReadonlyMap<string, Buffer>,
  ): Promise<void> {
    const updated: StoredKey[] = []
    for (const id of ids) {
      const [head, change] = [before.get(id), this.overlay.changes.get(id)]
      if (!head || !isAlive(head)) {
        if (change && isAlive(change.next)) this.changes.added(id, () => change.payload.toString())
      } else if (change && !change.next.hash.equals(head.hash)) {
        if (previous.has(id)) {
          this.changes.updated(id, parsed(previous.get(id)), parsed(change.payload))
        } else {
          updated.push({ id, modifiedAt: head.modifiedAt, size: head.size })
        }
      }
    }
    for (let from = 0; from < updated.length; ) {
      const keys: StoredKey[] = []
      for (let bytes = 0; from < updated.length; from++) {
        const key = updated[from] as StoredKey // from < updated.length
        bytes += key.size
        if (keys.length > 0 && bytes > READ_BYTES) break
        keys.push(key)
      }
      const stored = await this.#stored(snapshot, keys)
      for (const { id } of keys) {
        const row = stored.get(id)
        const isKnown = row && this.#options.shard.life.prunedAt(row, snapshot.instant) === 0
        const after = parsed(this.overlay.changes.get(id)?.payload)
        this.changes.updated(id, isKnown ? parsed(row.payload) : undefined, after)
      }
    }
  }
}

const NOTHING: SaveResponse = {
  ...{ added: 0, updated: 0, unchanged: 0, deleted: 0 },
  ...{ duplicateIds: [], warning: '', more: false, position: undefined },
}

const parsed = (payload: Buffer | undefined): unknown => JSON.parse(payload?.toString() || '{}')

/** It is done, and not told: a repetition would tell something else. */
export function cannotGoOn(cause: unknown): never {
  if (cause instanceof AppError && !cause.retry) throw cause
  const text = cause instanceof Error ? cause.message : String(cause)
  throw new AppError('server_error', `the preview can't go on: ${text}`, { cause })
}

/** The streams of a preview are those that its run may write to. */
export function unknownStream(model: string): AppError {
  return new AppError('unknown_model', `the preview has no model '${model}'`)
}
