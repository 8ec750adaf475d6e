import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '@syncline/errors'
import type { Stream } from '@syncline/proto'
import type { Batch } from '@syncline/record'
import { RoundRobinQueue } from '../admission/round-robin-queue.ts'
import type { RunTarget, Store } from '../store.ts'
import { stateKey } from '../stream/identity.ts'
import { endOfWait, type Lock, pollPause, WAIT_MS } from '../stream/stream-state.ts'
import { waitLimit } from '../stream/wait-limit.ts'
import { type Committing, commit } from './commit.ts'
import type { SavePlan } from './plan.ts'
import { type Load, plus, Room, within } from './room.ts'

const MIB = 1024 * 1024

/** A single save that is larger is a commit of its own. */
const COMMIT: Load = { rows: 5_000, bytes: 32 * MIB }
/** What waits and what is being committed, of all shards together. */
const ROOM: Load = { rows: 50_000, bytes: 64 * MIB }

/** A save that waits. `alone`: it has failed in company, and nobody knows whose fault it was. */
type Waiting = {
  target: RunTarget
  batch: Batch
  load: Load
  limit: AbortSignal
  done: PromiseWithResolvers<SavePlan>
  alone: boolean
}

/** The saves of one stream that wait, in order. `endTurn`: see Turns; set while it is the stream's turn. */
type Queue = { stream: Stream; saves: Waiting[]; endTurn: () => void }

/** A queue's part of a commit. */
type Part = { queue: Queue; lock: Lock; saves: Waiting[] }

/**
 * Saves of all calls and streams, gathered into commits: the first one starts at once, and what arrives while commits
 * are under way goes into the next. More at once would be smaller, and all of them slower (docs/decisions/0006); but one
 * that is full, and would not grow by waiting, is made ready while the one before it is inserted. A stream is in one
 * commit at a time, so its saves stay in order.
 *
 * A stream waits for its turn in this process (it may be pruned at the moment), then it is ready. A commit takes ready
 * streams, one save at a time from each environment in turn, and asks for their locks in one round trip. Those that
 * another instance holds, or that must be loaded first, go back and hold up nobody.
 */
export class GroupCommit {
  readonly #store: Committing & Pick<Store, 'state'>
  readonly #room: Room
  readonly #queues = new Map<string, Queue>()
  readonly #ready = new RoundRobinQueue<Queue>()
  #underWay = 0
  #starting = false

  /** Shards have each their own: who waits for one that is away takes no room from the others. */
  constructor(store: Committing & Pick<Store, 'state'>, shards: number) {
    this.#store = store
    this.#room = new Room({ rows: ROOM.rows / shards, bytes: ROOM.bytes / shards })
  }

  /** When it returns, the save is durable and visible. Who gives up before its turn came has changed nothing. */
  async save(target: RunTarget, batch: Batch): Promise<SavePlan> {
    using wait = waitLimit(target.signal, WAIT_MS)
    const { limit } = wait
    const load = { rows: batch.ids.length, bytes: batch.bytes }
    try {
      using _place = await this.#room.enter(target.stream.environment, load, limit)
      const done = Promise.withResolvers<SavePlan>()
      return await this.#wait({ target, batch, load, limit, done, alone: false })
    } catch (cause) {
      throw endOfWait(target, limit, cause)
    }
  }

  async #wait(save: Waiting): Promise<SavePlan> {
    const queue = this.#queueOf(save.target.stream)
    queue.saves.push(save)
    const giveUp = () => this.#giveUp(queue, save)
    save.limit.addEventListener('abort', giveUp, { once: true })
    try {
      return await save.done.promise
    } finally {
      save.limit.removeEventListener('abort', giveUp)
    }
  }

  #giveUp(queue: Queue, save: Waiting): void {
    const at = queue.saves.indexOf(save)
    if (at === -1) return // it is being committed
    queue.saves.splice(at, 1)
    save.done.reject(save.limit.reason)
    if (queue.saves.length === 0 && this.#ready.remove(queue.stream.environment, queue)) queue.endTurn()
  }

  #queueOf(stream: Stream): Queue {
    const key = stateKey('', stream)
    const known = this.#queues.get(key)
    if (known) return known
    const queue: Queue = { stream, saves: [], endTurn: () => {} }
    this.#queues.set(key, queue)
    void this.#serve(key, queue)
    return queue
  }

  /** Turn by turn, until nothing waits. */
  async #serve(key: string, queue: Queue): Promise<void> {
    do {
      await this.#store.state.inTurn(queue.stream, never, () => {
        const { promise: ended, resolve: endTurn } = Promise.withResolvers<void>()
        queue.endTurn = endTurn
        this.#offer(queue)
        return ended
      })
    } while (queue.saves.length > 0)
    this.#queues.delete(key)
  }

  #offer(queue: Queue): void {
    if (queue.saves.length === 0) {
      queue.endTurn()
    } else {
      this.#ready.add(queue.stream.environment, queue)
      this.#start()
    }
  }

  /** What arrives in the same moment goes together. */
  #start(): void {
    if (this.#starting) return
    this.#starting = true
    setImmediate(() => {
      this.#starting = false
      while (this.#ready.next && this.#mayBegin()) void this.#run(this.#gather())
    })
  }

  #mayBegin(): boolean {
    return this.#underWay === 0 || (this.#underWay === 1 && this.#isFull())
  }

  #isFull(): boolean {
    let load: Load = { rows: 0, bytes: 0 }
    for (const { saves } of this.#ready) {
      for (const save of saves) load = plus(load, save.load)
      if (load.rows >= COMMIT.rows || load.bytes >= COMMIT.bytes) return true
    }
    return false
  }

  async #run(group: Map<Queue, Waiting[]>): Promise<void> {
    this.#underWay++
    const claims = await Promise.all([...group].map(([queue, saves]) => this.#claim(queue, saves)))
    const parts = claims.filter((part) => part !== undefined)
    const torn = parts.filter(({ lock }) => lock.tornSince !== undefined)
    const sound = parts.filter(({ lock }) => lock.tornSince === undefined)
    void this.#commit(torn) // to heal them takes longer, and nobody waits for it
    await this.#commit(sound)
    this.#underWay--
    this.#start()
  }

  #gather(): Map<Queue, Waiting[]> {
    const group = new Map<Queue, Waiting[]>()
    let load: Load = { rows: 0, bytes: 0 }
    for (let queue = this.#ready.next; queue; queue = this.#ready.next) {
      const [save] = queue.saves
      if (save === undefined) throw new Error('a ready queue is empty')
      if (group.size > 0 && (save.alone || !within(plus(load, save.load), COMMIT))) break
      this.#ready.take()
      queue.saves.shift()
      load = plus(load, save.load)
      const taken = group.get(queue)
      if (taken) taken.push(save)
      else group.set(queue, [save])
      if (save.alone) break
      if (queue.saves.length > 0) this.#ready.add(queue.stream.environment, queue)
    }
    for (const queue of group.keys()) this.#ready.remove(queue.stream.environment, queue)
    return group
  }

  async #claim(queue: Queue, saves: Waiting[]): Promise<Part | undefined> {
    const { state } = this.#store
    try {
      const claim = await state.claim(
        queue.stream,
        saves.map(({ target }) => target.writer),
      )
      if (claim.kind === 'locked') {
        const allowed = saves.filter((save, i) => {
          const refused = claim.refused[i]
          if (refused) save.done.reject(refused)
          return refused === undefined
        })
        return { queue, lock: claim.lock, saves: allowed }
      }
      this.#putBack(queue, saves)
      void this.#offerAfter(queue, claim.kind === 'busy' ? sleep(pollPause()) : state.load(queue.stream))
    } catch (error) {
      for (const save of saves) save.done.reject(error)
      queue.endTurn()
    }
    return undefined
  }

  #putBack(queue: Queue, saves: Waiting[]): void {
    const [late, waiting] = [
      saves.filter(({ limit }) => limit.aborted),
      saves.filter(({ limit }) => !limit.aborted),
    ]
    for (const { done, limit } of late) done.reject(limit.reason)
    queue.saves.unshift(...waiting)
  }

  async #offerAfter(queue: Queue, obstacle: Promise<unknown>): Promise<void> {
    try {
      await obstacle
    } catch (error) {
      for (const save of queue.saves.splice(0)) save.done.reject(error)
    }
    this.#offer(queue)
  }

  async #commit(parts: Part[]): Promise<void> {
    if (parts.length === 0) return
    const saves = parts.flatMap(({ saves }) => saves)
    let end: { plans: SavePlan[] } | { error: unknown }
    try {
      for (const { lock } of parts) await this.#store.state.heal(lock)
      const locked = parts.flatMap(({ lock, saves }) =>
        saves.map(({ target, batch }) => ({ lock, runId: target.writer.runId, batch })),
      )
      end = { plans: await commit(this.#store, locked) }
      this.#store.events.committed(saves.length)
    } catch (error) {
      end = { error }
    }
    // Locks go back before callers hear of it: what they do next may happen in another instance.
    const released = await Promise.allSettled(parts.map(({ lock }) => this.#store.state.release(lock)))
    for (const [i, end] of released.entries()) {
      if (end.status === 'rejected') for (const save of parts[i]?.saves ?? []) save.done.reject(end.reason)
    }
    this.#settle(parts, saves, end)
    for (const [i, { queue }] of parts.entries()) {
      void endTurn(queue, released[i]?.status === 'fulfilled' && released[i].value)
    }
  }

  #settle(parts: Part[], saves: Waiting[], end: { plans: SavePlan[] } | { error: unknown }): void {
    if ('plans' in end) {
      // One plan for each save, in order.
      for (const [i, save] of saves.entries()) save.done.resolve(end.plans[i] as SavePlan)
    } else if (saves.length === 1 || end.error instanceof AppError) {
      for (const save of saves) save.done.reject(end.error)
    } else {
      // ClickHouse is well, but something in here is not to its liking: the others must not suffer.
      this.#store.events.commitSplit(saves.length, end.error)
      for (const save of saves) save.alone = true
      for (const { queue, saves } of parts) this.#putBack(queue, saves)
    }
  }
}

/** Another instance that waits for the stream asks again within a pause. */
async function endTurn(queue: Queue, wanted: boolean): Promise<void> {
  if (wanted) await sleep(pollPause())
  queue.endTurn()
}

const never = new AbortController().signal
