import { type ObjectStore, Objm } from '@nats-io/obj'
import { withTimeout } from '@syncline/async'
import type { Bus } from '@syncline/bus'
import { AppError } from '@syncline/errors'
import { ActionRecord } from '@syncline/proto'

const DAY_NS = 24 * 3600 * 1e9
const CALL_MS = 10_000

/**
 * What actions keep for a day, in an object store of NATS: records of asynchronous ones, and inputs and results that are too
 * large for a message.
 */
export class ActionStore {
  readonly #store: ObjectStore

  private constructor(store: ObjectStore) {
    this.#store = store
  }

  static async open(bus: Bus): Promise<ActionStore> {
    const options = { replicas: bus.replicas, ttl: DAY_NS }
    return new ActionStore(await new Objm(bus.jetstream).create(`${bus.prefix}_actions`, options))
  }

  /** Written once, when the action has ended: to read an object while it is replaced would never end. */
  async putRecord(id: string, record: ActionRecord): Promise<void> {
    await this.#put(id, ActionRecord.encode(record).finish())
  }

  /** Undefined: the action has not ended, or there is none. */
  async record(id: string): Promise<ActionRecord | undefined> {
    const bytes = await this.#get(id)
    return bytes && ActionRecord.decode(bytes)
  }

  /** How often an asynchronous action was begun. One runner at a time writes and reads it. */
  async putAttempts(id: string, attempts: number): Promise<void> {
    await this.#put(`${id}.attempts`, Buffer.from(String(attempts)))
  }

  async attempts(id: string): Promise<number> {
    return Number(Buffer.from((await this.#get(`${id}.attempts`)) ?? '0').toString())
  }

  async putInput(id: string, input: Uint8Array): Promise<void> {
    await this.#put(`${id}.input`, input)
  }

  async input(id: string): Promise<Uint8Array | undefined> {
    return this.#get(`${id}.input`)
  }

  async #put(name: string, bytes: Uint8Array): Promise<void> {
    await answered(this.#store.putBlob({ name }, bytes))
  }

  async #get(name: string): Promise<Uint8Array | undefined> {
    return (await answered(this.#store.getBlob(name))) ?? undefined
  }
}

function answered<T>(call: Promise<T>): Promise<T> {
  return withTimeout(call, CALL_MS, 'the store of actions').catch((cause: unknown) => {
    throw new AppError('unavailable', 'the store of actions does not answer at the moment: try again', {
      cause,
    })
  })
}
