import { setTimeout as sleep } from 'node:timers/promises'
import { timeLimit } from '@syncline/async'
import { AppError } from '@syncline/errors'
import type { Stream } from '@syncline/proto'
import type { MemoryBudget } from '../admission/memory-budget.ts'
import { RoundRobinQueue } from '../admission/round-robin-queue.ts'
import { Batcher } from '../stream/batcher.ts'
import type { CommitResult } from '../stream/commit-result.ts'
import { stateKey, streamName } from '../stream/identity.ts'
import type { Granted, Leases } from '../stream/leases.ts'
import { RECOVER_AT_ONCE, recover } from '../stream/recover.ts'
import { StreamMoved } from '../stream/stream-moved.ts'
import type { StreamState } from '../stream/stream-state.ts'
import type { Target } from '../stream/target.ts'
import type { Change } from './change.ts'
import { commit } from './commit.ts'
import type { Operation, OperationEnd } from './operation.ts'
import type { ChangeEnd, Committing, PartEnd } from './part.ts'

/** How long a caller waits for its commit to begin. */
const WAIT_MS = 15_000
/** A single change that is larger is a commit of its own. */
const COMMIT = { records: 5_000, bytes: 32 * 1024 * 1024 }
const OPERATIONS_AT_ONCE = 4
/** What a record takes in memory beside its payload while it waits. */
const RECORD_BYTES = 128
/** Between two claims of a lease that another instance holds. */
const FIRST_PAUSE_MS = 10
const LONGEST_PAUSE_MS = 200
/** After a release, where another instance waits. */
const HANDOVER_MS = 50

type Work = { kind: 'change'; change: Change<unknown> } | { kind: 'operation'; operation: Operation<unknown> }

/** A caller that waits. `alone`: its change was in a commit that ClickHouse rejected. */
type Entry = {
  target: Target
  work: Work
  limit: AbortSignal
  done: PromiseWithResolvers<unknown>
  alone: boolean
}

/** The entries of one stream, in order. `busy`: some of them were taken, or its lease is waited for. */
type StreamQueue = { stream: Stream; entries: Entry[]; busy: boolean; pauseMs: number }

/** Entries of a stream that were taken, and the lease that they have. */
type Part = { queue: StreamQueue; granted: Granted; entries: Entry[] }

type Writing = Committing & { leases: Leases; state: StreamState }

/**
 * Everything that is written to the streams of a shard passes through here: it is admitted, waits in the queue of its
 * stream, and becomes part of a commit.
 *
 * Admission: what waits and what is being committed is bounded, for each environment and for the process; what is more
 * is refused with `unavailable`. Fairness: a commit takes one change of each environment in turn, until it is full.
 *
 * Group commit: the first change starts a commit at once, and what arrives while it is under way goes into the next one.
 * A full commit, which would not grow by waiting, is prepared while the one before it is inserted. A stream is in one
 * commit at a time, so its changes stay in order. An operation has the lease of its stream to itself and runs beside the
 * commits of others.
 *
 * A stream whose lease another instance holds, or whose state must be loaded or recovered first, waits and holds up nobody.
 */
export class WriteQueue {
  readonly #writing: Writing
  readonly #budget: MemoryBudget
  readonly #queues = new Map<string, StreamQueue>()
  /** Streams that wait for a commit; streams whose first entry is an operation. */
  readonly #changes = new RoundRobinQueue<StreamQueue>()
  readonly #operations = new RoundRobinQueue<StreamQueue>()
  readonly #recovery: Batcher<Granted, CommitResult>
  #commitsUnderWay = 0
  #operationsUnderWay = 0
  #starting = false

  constructor(writing: Writing, budget: MemoryBudget) {
    this.#writing = writing
    this.#budget = budget
    this.#recovery = new Batcher(RECOVER_AT_ONCE, (granted) => recover(writing.clickhouse, granted))
  }

  /** When it returns, the change is durable and visible. A caller that gives up before its commit has changed nothing. */
  async change<T>(target: Target, change: Change<T>): Promise<T> {
    const bytes = change.bytes + change.ids.length * RECORD_BYTES
    return (await this.#submit(target, { kind: 'change', change }, bytes)) as T // as `plan` returned it
  }

  async operate<T>(target: Target, operation: Operation<T>): Promise<T> {
    return (await this.#submit(target, { kind: 'operation', operation }, RECORD_BYTES)) as T // as it returned it
  }

  async #submit(target: Target, work: Work, bytes: number): Promise<unknown> {
    using _reserved = this.#budget.reserve(target.stream.environment, bytes)
    using wait = timeLimit(WAIT_MS, target.signal)
    const entry = { target, work, limit: wait.signal, done: Promise.withResolvers(), alone: false }
    const queue = this.#queueOf(target.stream)
    queue.entries.push(entry)
    const giveUp = () => this.#giveUp(queue, entry)
    wait.signal.addEventListener('abort', giveUp, { once: true })
    if (wait.signal.aborted) giveUp()
    else if (queue.entries.length === 1 && !queue.busy) this.#offer(queue)
    try {
      return await entry.done.promise
    } catch (cause) {
      if (cause !== wait.signal.reason || target.signal.aborted) throw cause
      const message = `timed out after ${WAIT_MS / 1000} s waiting for the write lease of ${streamName(target.stream)}`
      throw new AppError('unavailable', message, { cause })
    } finally {
      wait.signal.removeEventListener('abort', giveUp)
    }
  }

  #queueOf(stream: Stream): StreamQueue {
    const key = stateKey('', stream)
    const known = this.#queues.get(key)
    if (known) return known
    const queue = { stream, entries: [], busy: false, pauseMs: FIRST_PAUSE_MS }
    this.#queues.set(key, queue)
    return queue
  }

  #giveUp(queue: StreamQueue, entry: Entry): void {
    const at = queue.entries.indexOf(entry)
    if (at === -1) return // it is being committed
    queue.entries.splice(at, 1)
    entry.done.reject(entry.limit.reason)
    if (at === 0 && !queue.busy) this.#offer(queue)
  }

  /** The stream may be taken by the next commit, if it has anything for it. */
  #offer(queue: StreamQueue): void {
    const { environment } = queue.stream
    queue.busy = false
    this.#changes.remove(environment, queue)
    this.#operations.remove(environment, queue)
    const [first] = queue.entries
    if (first === undefined) {
      this.#queues.delete(stateKey('', queue.stream))
    } else {
      const waiting = first.work.kind === 'change' ? this.#changes : this.#operations
      waiting.add(environment, queue)
      this.#start()
    }
  }

  /** What arrives in the same moment goes together. */
  #start(): void {
    if (this.#starting) return
    this.#starting = true
    setImmediate(() => {
      this.#starting = false
      while (this.#operations.next && this.#operationsUnderWay < OPERATIONS_AT_ONCE) void this.#operate()
      while (this.#changes.next && this.#mayCommit()) void this.#commit()
    })
  }

  #mayCommit(): boolean {
    return this.#commitsUnderWay === 0 || (this.#commitsUnderWay === 1 && this.#fillsCommit())
  }

  #fillsCommit(): boolean {
    let [records, bytes] = [0, 0]
    for (const { entries } of this.#changes) {
      for (const { work } of entries) {
        if (work.kind === 'operation') break
        records += work.change.ids.length
        bytes += work.change.bytes
        if (records >= COMMIT.records || bytes >= COMMIT.bytes) return true
      }
    }
    return false
  }

  async #operate(): Promise<void> {
    const queue = this.#operations.take()
    const entry = queue?.entries.shift()
    if (!queue || entry?.work.kind !== 'operation')
      throw new Error('a stream without an operation was offered as one')
    queue.busy = true
    this.#operationsUnderWay++
    try {
      const part = await this.#claim(queue, [entry])
      if (part) await this.#runOperation(part, entry.work.operation)
    } finally {
      this.#operationsUnderWay--
      this.#start()
    }
  }

  async #runOperation({ queue, granted, entries }: Part, operation: Operation<unknown>): Promise<void> {
    const [entry] = entries
    const end = entry ? await endOf(operation, granted) : { result: unchanged, value: undefined }
    let wanted = false
    try {
      wanted = await granted.lease.release(end.result)
      if ('error' in end) entry?.done.reject(end.error)
      else entry?.done.resolve(end.value)
    } catch (error) {
      entry?.done.reject('error' in end ? end.error : error)
    }
    void this.#offerLater(queue, wanted)
  }

  async #commit(): Promise<void> {
    const group = this.#gather()
    this.#commitsUnderWay++
    try {
      const claims = await Promise.all([...group].map(([queue, entries]) => this.#claim(queue, entries)))
      await this.#commitParts(claims.filter((part) => part !== undefined))
    } finally {
      this.#commitsUnderWay--
      this.#start()
    }
  }

  /** One change of each environment in turn, until the commit is full. */
  #gather(): Map<StreamQueue, Entry[]> {
    const group = new Map<StreamQueue, Entry[]>()
    let [records, bytes] = [0, 0]
    for (let queue = this.#changes.next; queue; queue = this.#changes.next) {
      const [entry] = queue.entries
      if (entry?.work.kind !== 'change') throw new Error('a stream without a change was offered as one')
      const { change } = entry.work
      const fits = records + change.ids.length <= COMMIT.records && bytes + change.bytes <= COMMIT.bytes
      if (group.size > 0 && (entry.alone || !fits)) break
      this.#changes.take()
      queue.entries.shift()
      queue.busy = true
      records += change.ids.length
      bytes += change.bytes
      const taken = group.get(queue)
      if (taken) taken.push(entry)
      else group.set(queue, [entry])
      if (entry.alone) break
      if (queue.entries[0]?.work.kind === 'change') this.#changes.add(queue.stream.environment, queue)
    }
    for (const queue of group.keys()) this.#changes.remove(queue.stream.environment, queue)
    return group
  }

  /** The lease for some entries of a stream, or nothing yet: then they are back in their queue, or have failed. */
  async #claim(queue: StreamQueue, entries: Entry[]): Promise<Part | undefined> {
    const { leases, state } = this.#writing
    try {
      const claim = await leases.claim(
        queue.stream,
        entries.flatMap(({ target }) => target.writer ?? []),
      )
      if (claim.kind === 'granted') {
        queue.pauseMs = FIRST_PAUSE_MS
        const part = { queue, granted: claim, entries: allowed(entries, claim) }
        if (claim.snapshot.inDoubtSince === undefined) return part
        void this.#recover(part)
        return undefined
      }
      if (claim.kind === 'moved') {
        const moved = new StreamMoved(queue.stream, claim.place)
        for (const { done } of [...entries, ...queue.entries.splice(0)]) done.reject(moved)
        this.#offer(queue)
        return undefined
      }
      this.#putBack(queue, entries)
      const obstacle = claim.kind === 'busy' ? this.#pause(queue, claim.freeInMs) : state.load(queue.stream)
      void this.#offerAfter(queue, obstacle)
    } catch (error) {
      for (const { done } of entries) done.reject(error)
      this.#offer(queue)
    }
    return undefined
  }

  #pause(queue: StreamQueue, freeInMs: number): Promise<void> {
    const pauseMs = Math.min(queue.pauseMs, freeInMs) * (0.5 + Math.random())
    queue.pauseMs = Math.min(2 * queue.pauseMs, LONGEST_PAUSE_MS)
    return sleep(pauseMs)
  }

  #putBack(queue: StreamQueue, entries: Entry[]): void {
    const waiting = entries.filter(({ limit }) => !limit.aborted)
    for (const { limit, done } of entries) if (limit.aborted) done.reject(limit.reason)
    queue.entries.unshift(...waiting)
  }

  async #offerAfter(queue: StreamQueue, obstacle: Promise<unknown>): Promise<void> {
    try {
      await obstacle
    } catch (error) {
      for (const { done } of queue.entries.splice(0)) done.reject(error)
    }
    this.#offer(queue)
  }

  /** Beside the commits of others, together with other streams in doubt. */
  async #recover(part: Part): Promise<void> {
    const { queue, granted, entries } = part
    let result: CommitResult = { kind: 'in-doubt' }
    try {
      result = await this.#recovery.call(granted)
      this.#writing.events.recovered(queue.stream)
    } catch (error) {
      for (const { done } of entries) done.reject(error)
    }
    await granted.lease.release(result)
    if (result.kind === 'recovered') this.#putBack(queue, entries)
    this.#offer(queue)
  }

  async #commitParts(parts: Part[]): Promise<void> {
    if (parts.length === 0) return
    const { events } = this.#writing
    const changes = (entries: Entry[]) =>
      entries.flatMap(({ work }) => (work.kind === 'change' ? work.change : []))
    const ends = await commit(
      this.#writing,
      parts.map(({ granted, entries }) => ({ ...granted, changes: changes(entries) })),
    ).catch((error: unknown) => parts.map(({ entries }) => faultEnd(entries, error)))
    // Leases go back before callers hear of it: what they do next may happen in another instance.
    const released = await Promise.allSettled(
      parts.map(({ granted }, i) => granted.lease.release(ends[i]?.result ?? { kind: 'unknown' })),
    )
    const together = parts.reduce((sum, { entries }) => sum + entries.length, 0)
    events.committed(together)
    for (const [i, { queue, entries }] of parts.entries()) {
      const release = released[i]
      const lost =
        release?.status === 'rejected' ? ({ kind: 'failed', error: release.reason } as const) : undefined
      const left = entries.filter((entry, n) => {
        const end = ends[i]?.ends[n]
        if (end === undefined) throw new Error('a change has no end') // one for each
        return this.#settle(entry, end.kind === 'done' && lost ? lost : end, together)
      })
      this.#putBack(queue, left)
      void this.#offerLater(queue, release?.status === 'fulfilled' && release.value)
    }
  }

  /** True if the entry goes back to its queue. */
  #settle(entry: Entry, end: ChangeEnd, together: number): boolean {
    if (end.kind === 'postponed') return true
    if (end.kind === 'rejected' && together > 1) {
      // ClickHouse rejected the batch: its changes are tried one by one.
      if (!entry.alone) this.#writing.events.commitSplit(together, end.error)
      entry.alone = true
      return true
    }
    if (end.kind === 'done') entry.done.resolve(end.value)
    else entry.done.reject(end.error)
    return false
  }

  /** Another instance that waits for the stream claims it within a pause. */
  async #offerLater(queue: StreamQueue, wanted: boolean): Promise<void> {
    if (wanted) await sleep(HANDOVER_MS)
    this.#offer(queue)
  }
}

const unchanged: CommitResult = { kind: 'unchanged' }

async function endOf(operation: Operation<unknown>, granted: Granted): Promise<OperationEnd<unknown>> {
  try {
    return await operation(granted)
  } catch (error) {
    return { result: { kind: 'in-doubt' }, error }
  }
}

const faultEnd = (entries: Entry[], error: unknown): PartEnd => ({
  result: { kind: 'unknown' },
  ends: entries.map(() => ({ kind: 'failed', error })),
})

function allowed(entries: Entry[], { writers }: Granted): Entry[] {
  const states = writers.values()
  return entries.filter(({ target, done }) => {
    const refused = target.writer && states.next().value?.refused
    if (refused) done.reject(refused)
    return refused === undefined
  })
}
