import { type KV, Kvm } from '@nats-io/kv'
import type { Bus } from '@syncline/bus'
import { removeMessage } from './remove-message.ts'

/** The JetStream stream under a key-value bucket: what the bucket's own calls do not offer. */
export class Bucket {
  readonly kv: KV
  readonly #manager: Bus['manager']
  readonly #name: string

  private constructor(kv: KV, manager: Bus['manager'], name: string) {
    this.kv = kv
    this.#manager = manager
    this.#name = name
  }

  static async open(bus: Bus, name: string): Promise<Bucket> {
    const kv = await new Kvm(bus.jetstream).create(name, { history: 1, replicas: bus.replicas })
    return new Bucket(kv, bus.manager, name)
  }

  /** The keys that have a value or a tombstone, all as of one instant, with the newest revision of that instant. */
  async keys(filter = '>'): Promise<{ keys: Set<string>; lastRevision: number; createdAt: string }> {
    const prefix = `$KV.${this.#name}.`
    const { state, created } = await this.#manager.streams.info(`KV_${this.#name}`, {
      subjects_filter: prefix + filter,
    })
    const keys = Object.keys(state.subjects ?? {}).map((subject) => subject.slice(prefix.length))
    return { keys: new Set(keys), lastRevision: state.last_seq, createdAt: created }
  }

  async lastRevision(): Promise<number> {
    return (await this.#manager.streams.info(`KV_${this.#name}`)).state.last_seq
  }

  /** Removes one entry by its revision: a newer one of the same key stays. */
  async remove(revision: number): Promise<void> {
    await removeMessage(this.#manager, `KV_${this.#name}`, revision)
  }
}
