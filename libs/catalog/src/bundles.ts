import { hash } from 'node:crypto'
import { type ObjectStore, Objm } from '@nats-io/obj'
import { withTimeout } from '@syncline/async'
import type { Bus } from '@syncline/bus'
import { AppError } from '@syncline/errors'
import { removeMessage } from './remove-message.ts'

/** Function bundles by the sha256 of their text: the same text is stored once, and a key's text never changes. */
export class Bundles {
  readonly #store: ObjectStore
  readonly #manager: Bus['manager']
  readonly #name: string

  private constructor(store: ObjectStore, manager: Bus['manager'], name: string) {
    this.#store = store
    this.#manager = manager
    this.#name = name
  }

  static async open(bus: Bus, name: string): Promise<Bundles> {
    const store = await new Objm(bus.jetstream).create(name, { replicas: bus.replicas })
    return new Bundles(store, bus.manager, name)
  }

  /**
   * A bundle that is there already is written again once it is older than `RENEW_MS`: garbage collection then sees
   * that somebody is about to deploy it.
   */
  async put(text: string): Promise<string> {
    const key = bundleKey(text)
    const present = await this.#store.info(key)
    const renew = present === null || present.deleted || ageMs(present) > RENEW_MS
    if (renew) await this.#store.putBlob({ name: key }, Buffer.from(text))
    return key
  }

  /**
   * Those of which there is no text, or one so old that garbage collection might remove it. Texts that deployed functions
   * refer to are never asked for here: they stay.
   */
  async missing(keys: string[]): Promise<string[]> {
    const missing: string[] = []
    for (let from = 0; from < keys.length; from += AT_A_TIME) {
      const some = keys.slice(from, from + AT_A_TIME)
      const found = await Promise.all(some.map((key) => this.#store.info(key)))
      found.forEach((info, index) => {
        if (info === null || info.deleted || ageMs(info) > SAFE_MS) missing.push(some[index] as string)
      })
    }
    return missing
  }

  /** Fails with `unavailable` after ten seconds: a read that NATS was restarted under would otherwise wait for minutes. */
  async get(key: string): Promise<string> {
    const bytes = await withTimeout(this.#store.getBlob(key), READ_MS, `reading the bundle '${key}'`).catch(
      (cause: Error) => {
        throw new AppError('unavailable', `NATS does not give a bundle: ${cause.message}`, { cause })
      },
    )
    if (bytes === null) throw new AppError('not_found', `there is no bundle '${key}': deploy the sync again`)
    return Buffer.from(bytes).toString('utf8')
  }

  /** @internal */
  async keys(): Promise<string[]> {
    return (await this.#store.list()).map(({ name }) => name)
  }

  /**
   * @internal Removes a bundle that was written more than `minAgeMs` ago, and says whether it did. The description goes
   * first, by its revision: if the bundle is written again meanwhile, nothing is removed.
   */
  async remove(key: string, minAgeMs: number): Promise<boolean> {
    const present = await this.#store.info(key)
    if (present === null || present.deleted || ageMs(present) <= minAgeMs) return false
    const stream = `OBJ_${this.#name}`
    const removed = await removeMessage(this.#manager, stream, present.revision)
    if (removed) await this.#manager.streams.purge(stream, { filter: `$O.${this.#name}.C.${present.nuid}` })
    return removed
  }
}

/** sha256 in hex. */
export function bundleKey(text: string): string {
  return hash('sha256', text, 'hex')
}

const READ_MS = 10_000
/** Less than the age at which garbage collection removes a bundle. */
const RENEW_MS = 10 * 60_000
/** More than the time that texts are not renewed for, and less than that age: the next half hour is safe. */
const SAFE_MS = 30 * 60_000
const AT_A_TIME = 32

function ageMs({ mtime }: { mtime: string }): number {
  return Date.now() - Date.parse(mtime)
}
