import { type KV, Kvm, type KvWatchEntry } from '@nats-io/kv'
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

  async state(): Promise<{ lastRevision: number; isEmpty: boolean; createdAt: string }> {
    const { state, created } = await this.#manager.streams.info(`KV_${this.#name}`)
    return { lastRevision: state.last_seq, isEmpty: state.messages === 0, createdAt: created }
  }

  /** The keys that have a value, with its revision. */
  async revisions(): Promise<Map<string, number>> {
    const revisions = new Map<string, number>()
    const { isEmpty, lastRevision } = await this.state()
    if (isEmpty) return revisions
    for await (const entry of await this.kv.watch({ headers_only: true })) {
      if (entry.operation === 'PUT') revisions.set(entry.key, entry.revision)
      if (isLastOf(entry, lastRevision)) return revisions
    }
    throw new Error(`the list of the keys of '${this.#name}' ended before its end`)
  }

  /** The keys under a prefix that have a value or a tombstone. For few keys: it is one answer of NATS. */
  async keysUnder(prefix: string): Promise<string[]> {
    const subjects = `$KV.${this.#name}.`
    const { state } = await this.#manager.streams.info(`KV_${this.#name}`, {
      subjects_filter: `${subjects}${prefix}.>`,
    })
    return Object.keys(state.subjects ?? {}).map((subject) => subject.slice(subjects.length))
  }

  /** Removes one entry by its revision: a newer one of the same key stays. */
  async remove(revision: number): Promise<void> {
    await removeMessage(this.#manager, `KV_${this.#name}`, revision)
  }
}

/**
 * Whether a watch has given all that there was when `lastRevision` was the last one: entries come in the order of their
 * revisions. How many are to come (`delta`) is not enough: NATS goes on counting one that is replaced just as the watch begins.
 */
export function isLastOf({ delta, revision }: KvWatchEntry, lastRevision: number): boolean {
  return delta === 0 || revision >= lastRevision
}
