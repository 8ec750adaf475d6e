import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '@syncline/errors'
import { RecordsDefinition, type Stream } from '@syncline/proto'
import { batchOf, encodeRecord, wholePage } from '@syncline/record'
import { type Connection, connect } from '@syncline/rpc'
import type { SeededRandom } from '@syncline/testkit'

const STREAMS = 8
const READERS_OF_A_STREAM = 2
const SHARED_IDS = 50
const SETTLE_MS = 150_000

/** What is wrong, as readable lines. All empty: the store keeps its promise. */
export interface Findings {
  /** Changes that a reader who follows cursors has never met, nor a later version of the record. */
  skipped: string[]
  /** Changes that a reader met more than once. */
  repeated: string[]
  /** A reader was given something that sorts before what it had already. */
  disordered: string[]
  /** Acknowledged writes that are not in the store when all is quiet. */
  lost: string[]
}

export interface Proof {
  findings: Findings
  acknowledged: number
  read: number
}

/**
 * Streams that are shared by a writer that polls (large batches) and two that react to webhooks (a few records at a
 * time), each a sync of its own with runs and fences of its own; and readers who follow each stream meanwhile. All of
 * them go from instance to instance. Writers repeat what was not acknowledged.
 */
export async function proveGuarantee(options: {
  addresses: string[]
  seconds: number
  /** Decides what is written and read, and how long each of them pauses; not how the calls of all of them interleave. */
  random: SeededRandom
  /** Happens at the same time, until the signal. */
  disturb?: (until: AbortSignal) => Promise<void>
}): Promise<Proof> {
  using open = new DisposableStack()
  const { random } = options
  const clients = options.addresses.map((address) => client(open.use(connect(address))))
  const writing = AbortSignal.timeout(options.seconds * 1000)
  const limit = AbortSignal.timeout(options.seconds * 1000 + SETTLE_MS)

  const streams = Array.from({ length: STREAMS }, (): Stream => {
    return { environment: 'dev', connection: randomUUID(), model: 'Issue', variant: 'base' }
  })
  const writers = streams.flatMap((stream, i) =>
    Object.entries({ poll: 200, 'hook-a': 3, 'hook-b': 3 }).map(
      ([sync, batch]) => new Writer(sync, stream, batch, random.fork(`writer ${i} ${sync}`)),
    ),
  )
  const readers = streams.flatMap((stream, i) =>
    Array.from(
      { length: READERS_OF_A_STREAM },
      (_, n) => new Reader(stream, n === 0 ? 7 : 500, random.fork(`reader ${i} ${n}`)),
    ),
  )

  let quiet = false
  const reading = Promise.all(readers.map((reader) => reader.follow(clients, () => quiet, limit)))
  const written = Promise.all(writers.map((writer) => writer.write(clients, writing, limit)))
  const disturbed = Promise.all([written, options.disturb?.(writing)]).finally(() => {
    quiet = true
  })
  await Promise.all([reading, disturbed])

  const findings: Findings = { skipped: [], repeated: [], disordered: [], lost: [] }
  for (const stream of streams) {
    const truth = new Reader(stream, 1000, random.fork('truth'))
    await truth.follow(clients, () => true, limit)
    findings.lost.push(...lostWrites(truth, writers.filter(of(stream))))
    for (const reader of readers.filter(of(stream))) {
      findings.skipped.push(...skippedChanges(reader, truth))
      findings.repeated.push(...repeatedChanges(reader))
      findings.disordered.push(...disorderedChanges(reader))
    }
  }
  return {
    findings,
    acknowledged: sum(writers.map((writer) => writer.acknowledged)),
    read: sum(readers.map((reader) => reader.seen.length)),
  }
}

type Records = ReturnType<typeof client>

const client = (connection: Connection) => connection.client(RecordsDefinition)

const DELETED = 'deleted'

/** A sync that writes to one stream. Every content it writes has a mark of its own. */
class Writer {
  readonly stream: Stream
  acknowledged = 0
  /** Marks of its last acknowledged writes, by id. */
  readonly last = new Map<string, string>()
  readonly #sync: string
  readonly #batch: number
  readonly #random: SeededRandom
  #fence = 0
  #runId = ''
  #marks = 0

  constructor(sync: string, stream: Stream, batch: number, random: SeededRandom) {
    this.#sync = sync
    this.stream = stream
    this.#batch = batch
    this.#random = random
  }

  /** Writes until `stop`; what is under way then is brought to its end. */
  async write(clients: Records[], stop: AbortSignal, limit: AbortSignal): Promise<void> {
    for (let n = 0; !stop.aborted; n++) {
      if (n % 20 === 0) await this.#begin(clients, limit)
      await (n % 7 === 3 ? this.#delete(clients, limit) : this.#save(clients, limit))
      await sleep(this.#random.below(this.#batch > 10 ? 400 : 150))
    }
  }

  get #writer() {
    return { runId: this.#runId, sync: this.#sync, fence: this.#fence }
  }

  async #begin(clients: Records[], limit: AbortSignal): Promise<void> {
    this.#runId = randomUUID()
    this.#fence += 65_536
    await acknowledged(clients, this.#random, limit, (records) =>
      records.begin({ writer: this.#writer, streams: [this.stream], empty: false }),
    )
  }

  async #save(clients: Records[], limit: AbortSignal): Promise<void> {
    const marks = new Map(Array.from({ length: 1 + this.#random.below(this.#batch) }, () => this.#next()))
    const records = [...marks].map(([id, mark]) => encodeRecord({ id, mark, text: 'x'.repeat(200) }))
    const batch = batchOf(records)
    await acknowledged(clients, this.#random, limit, (store) =>
      store.save({ stream: this.stream, writer: this.#writer, mode: 'SAVE_MODE_REPLACE', batch }),
    )
    this.#done(marks)
  }

  async #delete(clients: Records[], limit: AbortSignal): Promise<void> {
    const ids = Array.from({ length: 1 + this.#random.below(5) }, () => this.#next()[0])
    await acknowledged(clients, this.#random, limit, (store) =>
      store.delete({ stream: this.stream, writer: this.#writer, ids }),
    )
    this.#done(new Map(ids.map((id) => [id, DELETED])))
  }

  #done(marks: Map<string, string>): void {
    for (const [id, mark] of marks) this.last.set(id, mark)
    this.acknowledged += marks.size
  }

  /** An id and its new content: mostly new ids, which sort at random; some of its own again; some that all write. */
  #next(): [id: string, mark: string] {
    const mark = `${this.#sync} ${this.#marks++}`
    const random = this.#random
    const chance = random.next()
    if (chance < 0.2) return [`${SHARED}${random.below(SHARED_IDS)}`, mark]
    const known = chance < 0.4 && [...this.last.keys()][random.below(this.last.size)]
    if (!known) return [`${random.below(2 ** 32).toString(16)} of ${this.#sync}`, mark]
    const before = this.last.get(known)
    const unchanged = chance < 0.3 && before !== undefined && before !== DELETED && !isShared(known)
    return [known, unchanged ? before : mark]
  }
}

type Version = { id: string; mark: string; modifiedAt: string }

/** Follows a stream by cursors, page by page, each from another instance. */
class Reader {
  readonly stream: Stream
  readonly seen: Version[] = []
  readonly #limit: number
  readonly #random: SeededRandom

  constructor(stream: Stream, limit: number, random: SeededRandom) {
    this.stream = stream
    this.#limit = limit
    this.#random = random
  }

  /** Reads until there is nothing more after `isQuiet`. */
  async follow(clients: Records[], isQuiet: () => boolean, limit: AbortSignal): Promise<void> {
    for (let cursor = ''; ; ) {
      const last = isQuiet()
      const page = await acknowledged(clients, this.#random, limit, (records) =>
        wholePage(records.listRecords({ stream: this.stream, cursor, limit: this.#limit })),
      )
      const records: unknown = JSON.parse(page.records.toString())
      const listed = records as Listed[] // by contract
      this.seen.push(...listed.map(versionOf))
      cursor = listed.at(-1)?._nango_metadata.cursor ?? cursor
      if (listed.length > 0) continue
      if (last) return
      await sleep(10 + this.#random.below(40))
    }
  }

  newest(): Map<string, Version> {
    return new Map(this.seen.map((version) => [version.id, version]))
  }
}

type Listed = {
  id: string
  mark: string
  _nango_metadata: { last_modified_at: string; deleted_at: string | null; cursor: string }
}

const versionOf = ({ id, mark, _nango_metadata: { last_modified_at, deleted_at } }: Listed): Version => ({
  id,
  mark: deleted_at === null ? mark : DELETED,
  modifiedAt: last_modified_at,
})

/** Who has the newest version of each record has missed none: any other it did not meet had been replaced before. */
function skippedChanges(reader: Reader, truth: Reader): string[] {
  const newest = reader.newest()
  return truth.seen
    .filter(({ id, modifiedAt }) => newest.get(id)?.modifiedAt !== modifiedAt)
    .map(
      (version) => `${shown(version)}; the reader's newest is ${shown(newest.get(version.id) ?? 'nothing')}`,
    )
}

/** The same version twice; or the same content of an id that only one sync writes, under another instant. */
function repeatedChanges({ seen }: Reader): string[] {
  const positions = new Set<string>()
  const contents = new Set<string>()
  return seen
    .filter(({ id, mark, modifiedAt }) => {
      const position = `${modifiedAt} ${id}`
      const content = isShared(id) || mark === DELETED ? position : `${id} ${mark}`
      const again = positions.has(position) || contents.has(content)
      positions.add(position)
      contents.add(content)
      return again
    })
    .map(shown)
}

function disorderedChanges({ seen }: Reader): string[] {
  return seen.flatMap((version, i) => {
    const before = seen[i - 1]
    if (!before || before.modifiedAt < version.modifiedAt) return []
    // Our ids are ASCII: JavaScript and the store compare them alike.
    if (before.modifiedAt === version.modifiedAt && before.id < version.id) return []
    return [`${shown(version)} after ${shown(before)}`]
  })
}

/** In the end a record is what one of the syncs that write it wrote last. */
function lostWrites(truth: Reader, writers: Writer[]): string[] {
  const newest = truth.newest()
  const ids = new Set(writers.flatMap(({ last }) => [...last.keys()]))
  return [...ids].flatMap((id) => {
    const marks = writers.flatMap(({ last }) => last.get(id) ?? [])
    const found = newest.get(id)
    // Deleting what was never saved leaves nothing behind.
    if (found ? marks.includes(found.mark) : marks.every((mark) => mark === DELETED)) return []
    return [`${id} should be ${marks.join(' or ')}, it is ${shown(found ?? 'nothing')}`]
  })
}

/** Repeats a call, each time on another instance, until it is answered. */
async function acknowledged<T>(
  clients: Records[],
  random: SeededRandom,
  limit: AbortSignal,
  call: (records: Records) => Promise<T>,
): Promise<T> {
  for (;;) {
    try {
      return await call(clients[random.below(clients.length)] as Records) // there is at least one
    } catch (error) {
      if (!(error instanceof AppError) || !error.retry || limit.aborted) throw error
      await sleep(50 + random.below(100))
    }
  }
}

const SHARED = 'shared-'
const isShared = (id: string) => id.startsWith(SHARED)
const of =
  (stream: Stream) =>
  (it: { stream: Stream }): boolean =>
    it.stream === stream
const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0)
const shown = (version: Version | 'nothing') =>
  version === 'nothing' ? version : `${version.id} (${version.mark}) of ${version.modifiedAt}`
