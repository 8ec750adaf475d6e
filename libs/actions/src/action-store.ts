import { JetStreamApiError } from '@nats-io/jetstream'
import { type KV, Kvm } from '@nats-io/kv'
import { type ObjectStore, Objm } from '@nats-io/obj'
import { withTimeout } from '@syncline/async'
import type { Bus } from '@syncline/bus'
import { AppError } from '@syncline/errors'
import { ActionRecord } from '@syncline/proto'

const DAY_NS = 24 * 3600 * 1e9
const CALL_MS = 10_000
/** JetStream's error for an entry that was changed in between. */
const WRONG_SEQUENCE = 10071

/** Who has begun an asynchronous action last: the message that it came with, how often that was delivered, and which attempt it is. */
export interface Claim {
  sequence: number
  deliveries: number
  attempts: number
}

/** Where the record of a preview is: no action has such an id. */
export const previewKey = (id: string) => `preview.${id}`

/**
 * What actions keep for a day, in NATS: records of asynchronous ones, and inputs and results that are too large for a message, in
 * an object store; claims in a key-value bucket. It keeps previews in the same way.
 */
export class ActionStore {
  readonly #store: ObjectStore
  readonly #claims: KV

  private constructor(store: ObjectStore, claims: KV) {
    this.#store = store
    this.#claims = claims
  }

  static async open(bus: Bus): Promise<ActionStore> {
    const { jetstream, prefix, replicas } = bus
    const [store, claims] = await Promise.all([
      new Objm(jetstream).create(`${prefix}_actions`, { replicas, ttl: DAY_NS }),
      new Kvm(jetstream).create(`${prefix}_action_claims`, { replicas, ttl: DAY_NS / 1e6, history: 1 }),
    ])
    return new ActionStore(store, claims)
  }

  /** Written when the action has ended; again only when one that was in doubt ended after all. */
  async putRecord(
    id: string,
    record: Omit<ActionRecord, 'askedAtMs'> & Partial<Pick<ActionRecord, 'askedAtMs'>>,
  ): Promise<void> {
    await this.#put(id, ActionRecord.encode({ askedAtMs: 0, ...record }).finish())
  }

  /** Undefined: the action has not ended, or there is none. */
  async record(id: string): Promise<ActionRecord | undefined> {
    const bytes = await this.#get(id)
    return bytes && ActionRecord.decode(bytes)
  }

  async claim(id: string): Promise<Claim | undefined> {
    return (await this.#claimed(id))?.claim
  }

  /**
   * Decides who begins an asynchronous action, and whether: `next` gets the last claim, and gives the next one, or undefined.
   * Of several at a time one succeeds, and the others get undefined. Durable when it returns.
   */
  async claimNext(
    id: string,
    next: (last: Claim | undefined) => Claim | undefined,
  ): Promise<Claim | undefined> {
    const last = await this.#claimed(id)
    const claim = next(last?.claim)
    if (claim === undefined) return undefined
    const text = JSON.stringify(claim)
    const put = last ? this.#claims.update(id, text, last.revision) : this.#claims.create(id, text)
    const isLost = (error: unknown) => error instanceof JetStreamApiError && error.code === WRONG_SEQUENCE
    return answered(
      put.then(
        () => claim,
        (error) => (isLost(error) ? undefined : Promise.reject(error)),
      ),
    )
  }

  async #claimed(id: string): Promise<{ claim: Claim; revision: number } | undefined> {
    const entry = await answered(this.#claims.get(id))
    // `claimNext` has written it.
    return entry ? { claim: entry.json<Claim>(), revision: entry.revision } : undefined
  }

  async putInput(id: string, input: Uint8Array): Promise<void> {
    await this.#put(`${id}.input`, input)
  }

  async input(id: string): Promise<Uint8Array | undefined> {
    return this.#get(`${id}.input`)
  }

  /** What a preview has recorded: JSON text. */
  async putRecording(id: string, json: Uint8Array): Promise<void> {
    await this.#put(`${id}.recording`, json)
  }

  async recording(id: string): Promise<Uint8Array | undefined> {
    return this.#get(`${id}.recording`)
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
