import type { Catalog, Keyring } from '@syncline/catalog'
import type { Redis } from '@syncline/redis'
import type { Egress } from '../http/egress.ts'
import { type Access, accessTo, type ConnectionPlace } from './access.ts'

export interface TokensDeps {
  catalog: Catalog
  keyring: Keyring
  redis: Redis
  redisPrefix: string
  egress: Egress
}

/** Credentials that can be used now: a token that has run out is renewed first, once for all processes. */
export class Tokens {
  readonly #deps: TokensDeps

  constructor(deps: TokensDeps) {
    this.#deps = deps
  }

  access(at: ConnectionPlace, _signal: AbortSignal): Promise<Access> {
    return accessTo(this.#deps, at)
  }

  /** The API has refused the token of `used`. Returns whether there is another one now. */
  async renew(at: ConnectionPlace, used: Access, _signal: AbortSignal): Promise<boolean> {
    const { connection } = await accessTo(this.#deps, at)
    return connection.sealedCredentials !== used.connection.sealedCredentials
  }
}
