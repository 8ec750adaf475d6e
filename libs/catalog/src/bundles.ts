import { hash } from 'node:crypto'
import type { ObjectStore } from '@nats-io/obj'
import { AppError } from '@syncline/errors'

/** Function bundles by the sha256 of their text: the same text is stored once, and a key's text never changes. */
export class Bundles {
  readonly #store: ObjectStore

  constructor(store: ObjectStore) {
    this.#store = store
  }

  async put(text: string): Promise<string> {
    const key = hash('sha256', text, 'hex')
    const present = await this.#store.info(key)
    if (present === null || present.deleted) await this.#store.putBlob({ name: key }, Buffer.from(text))
    return key
  }

  async get(key: string): Promise<string> {
    const bytes = await this.#store.getBlob(key)
    if (bytes === null) throw new AppError('not_found', `there is no bundle '${key}': deploy the sync again`)
    return Buffer.from(bytes).toString('utf8')
  }
}
