import type { ModelChanges } from '@syncline/preview'
import type { SaveResponse, Stream, TrackDeletesRequest } from '@syncline/proto'
import { guardWarning, holdsBack, incompleteWarning } from '../api/delete-guard.ts'
import { incompletePass, noWindow, openWindow } from '../api/track-deletes.ts'
import type { Shard } from '../shard.ts'
import type { StreamSnapshot } from '../stream/snapshot.ts'
import { readHeads } from '../tables/record-head.ts'
import { liveKeys, readStored } from '../tables/record-log.ts'
import { untouchedSince } from '../tables/unchanged-ids.ts'
import type { Head, Key } from '../tables/version.ts'
import type { Overlay } from './overlay.ts'

/** Ids that one query reads. */
const QUERY_ROWS = 100_000
/** Heads that are read at once. */
const CHUNK = 5000

interface Options {
  shard: Shard
  stream: Stream
  overlay: Overlay
  changes: ModelChanges
}

/** Delete detection of a preview: the window that a real run would find or open, with its marks, and the guard. */
export class PassPreview {
  readonly #options: Options
  readonly #beganAt: number
  /** Since when deletes are tracked. */
  #window: number | undefined
  #incompleteWindow: string
  #incompleteRun = ''
  #isReleased: boolean

  constructor(options: Options, snapshot: StreamSnapshot) {
    this.#options = options
    this.#beganAt = snapshot.instant
    this.#window = openWindow(snapshot)
    this.#incompleteWindow = this.#window === undefined ? '' : snapshot.incomplete
    this.#isReleased = snapshot.deletion === 'released'
  }

  /** A window that an earlier run left open stays as it is. */
  start(): void {
    if (this.#window !== undefined) return
    this.#window = this.#beganAt
    this.#incompleteWindow = this.#incompleteRun
  }

  /** Of several marks the first one stays. */
  markIncomplete(reason: string): void {
    this.#incompleteRun ||= reason
    if (this.#window !== undefined) this.#incompleteWindow ||= reason
  }

  /** Deletes what is untouched since the window was opened, and closes it. */
  async end(snapshot: StreamSnapshot, request: TrackDeletesRequest): Promise<SaveResponse> {
    if (this.#window === undefined) throw noWindow(this.#options.stream)
    const response = await this.#delete(snapshot, this.#window, request, this.#incompleteWindow)
    this.#window = undefined
    this.#incompleteWindow = ''
    return response
  }

  /** Deletes what is untouched since the run began. */
  deleteUnseen(snapshot: StreamSnapshot, request: TrackDeletesRequest): Promise<SaveResponse> {
    return this.#delete(snapshot, this.#beganAt, request, this.#incompleteRun)
  }

  async #delete(
    snapshot: StreamSnapshot,
    since: number,
    request: TrackDeletesRequest,
    mark: string,
  ): Promise<SaveResponse> {
    const { shard, stream, overlay, changes } = this.#options
    const incomplete = incompletePass(request, mark)
    const of = Math.max(0, snapshot.live + overlay.live)
    let unseen = 0
    for await (const keys of this.#untouched(snapshot, since)) unseen += keys.length
    const isGuarded = !request.allowMassDelete && !this.#isReleased
    const warning =
      incomplete !== ''
        ? incompleteWarning(stream, unseen, of, incomplete)
        : isGuarded && holdsBack(shard.guard, unseen, of)
          ? guardWarning(shard.guard, stream, unseen, of)
          : ''
    changes.passEnded({ unseen, of, held_back: warning || null })
    if (warning === '') {
      for await (const keys of this.#untouched(snapshot, since)) await this.#deleteAll(snapshot, keys)
    }
    this.#isReleased = false
    const deleted = warning === '' ? unseen : 0
    return { ...NOTHING, deleted, warning }
  }

  /** Live records that neither an earlier run of the window nor this one has seen. */
  async *#untouched(snapshot: StreamSnapshot, since: number): AsyncGenerator<Key[], undefined> {
    const { shard, overlay } = this.#options
    const waiting = await shard.state.waitingUnchanged(snapshot)
    const seen = new Set(waiting.flatMap(({ at, ids }) => (at >= since ? ids : [])))
    const where = untouchedSince(snapshot.id, since)
    for (let start: Key | undefined; ; ) {
      const keys = await liveKeys(shard.clickhouse, snapshot.id, where, start, QUERY_ROWS)
      yield keys.filter(({ id }) => !seen.has(id) && !overlay.hasTouched(id))
      start = keys.at(-1)
      if (keys.length < QUERY_ROWS) return
    }
  }

  async #deleteAll(snapshot: StreamSnapshot, keys: Key[]): Promise<void> {
    const { id: stream, headsBehindSince: behindSince } = snapshot
    const { clickhouse } = this.#options.shard
    for (let from = 0; from < keys.length; from += CHUNK) {
      const ids = keys.slice(from, from + CHUNK).map(({ id }) => id)
      const heads = (await readHeads(clickhouse, [{ stream, behindSince, ids }])).get(stream)
      await this.markDeleted(snapshot, [...(heads ?? [])])
    }
  }

  /** Deletes live records; of the first ones it reads what they are, as samples. */
  async markDeleted(snapshot: StreamSnapshot, alive: [string, Head][]): Promise<void> {
    const { shard, overlay, changes } = this.#options
    const sampled = alive.slice(0, changes.deletedSamplesLeft).filter(([id]) => !overlay.changes.has(id))
    const keys = sampled.map(([id, { modifiedAt }]) => ({ id, modifiedAt }))
    const stored = (await readStored(shard.clickhouse, [{ stream: snapshot.id, keys }])).get(snapshot.id)
    for (const [id, head] of alive) {
      const change = overlay.changes.get(id)
      changes.deleted(id, () => (change ?? stored?.get(id))?.payload.toString())
      overlay.delete(id, snapshot.instant, change ? undefined : head)
    }
  }
}

const NOTHING: SaveResponse = {
  ...{ added: 0, updated: 0, unchanged: 0, deleted: 0 },
  ...{ duplicateIds: [], warning: '', more: false, position: undefined },
}
