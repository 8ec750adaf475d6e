import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { AppError } from '@syncline/errors'

const ALGORITHM = 'aes-256-gcm'
const KEY_BYTES = 32
const IV_BYTES = 12
const TAG_BYTES = 16

/**
 * Seals secrets with AES-256-GCM. Keys have ids: the first key seals, every key opens, so a new key is put first
 * and the old one stays until all is sealed again.
 */
export class Keyring {
  readonly #keys: Map<string, Buffer>
  readonly #current: string

  /** @param text `<id>:<32 bytes in base64>`, several with commas between them, the current one first. */
  constructor(text: string) {
    const entries = text.split(',').map((entry) => entry.trim())
    this.#keys = new Map(entries.map(parseKey))
    this.#current = [...this.#keys.keys()][0] as string // `split` gives at least one entry, and `parseKey` throws
  }

  static generate(id: string): string {
    return `${id}:${randomBytes(KEY_BYTES).toString('base64')}`
  }

  /** @param place Where the text will be stored: it opens there only. */
  seal(plain: string, place: string): string {
    const iv = randomBytes(IV_BYTES)
    const cipher = createCipheriv(ALGORITHM, this.#key(this.#current), iv).setAAD(Buffer.from(place))
    const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
    return `v1.${this.#current}.${Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url')}`
  }

  /** Sealed with the key that seals now. */
  isCurrent(sealed: string): boolean {
    return sealed.split('.')[1] === this.#current
  }

  /** Fails with `server_error` when the text does not open: that cannot succeed later. */
  open(sealed: string, place: string): string {
    const [version, id, text] = sealed.split('.')
    if (version !== 'v1' || id === undefined || text === undefined)
      throw new AppError('server_error', `the secret at '${place}' is not sealed`)
    const key = this.#key(id)
    try {
      return decrypt(text, key, place)
    } catch (cause) {
      const message = `the secret at '${place}' does not open with key '${id}' of SYNCLINE_KEYRING: it was sealed with another key, or changed since`
      throw new AppError('server_error', message, { cause })
    }
  }

  #key(id: string): Buffer {
    const key = this.#keys.get(id)
    if (!key)
      throw new AppError('server_error', `SYNCLINE_KEYRING has no key '${id}', which a stored secret needs`)
    return key
  }
}

function parseKey(entry: string): [string, Buffer] {
  const [, id, base64] = /^([A-Za-z0-9_-]+):(.+)$/.exec(entry) ?? []
  const key = Buffer.from(base64 ?? '', 'base64')
  if (id === undefined || key.length !== KEY_BYTES) {
    throw new Error(
      'SYNCLINE_KEYRING must be <id>:<32 bytes in base64>, for example made by: openssl rand -base64 32',
    )
  }
  return [id, key]
}

function decrypt(text: string, key: Buffer, place: string): string {
  const bytes = Buffer.from(text, 'base64url')
  const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, IV_BYTES))
  decipher.setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
  return decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
}
