import { setTimeout as sleep } from 'node:timers/promises'
import { jittered } from '@syncline/async'
import { type Catalog, type Connection, type Keyring, sealToken, type Token } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import { type Access, type ConnectionPlace, freshAccessTo } from './access.ts'
import type { GrantState, Unstored } from './grant-state.ts'
import { needsReauthError } from './token-errors.ts'
import type { TokenEvents } from './token-events.ts'

const STORE_MS = 60_000
const STORE_RETRY_MS = 500

interface TokenStoreDeps {
  catalog: Catalog
  keyring: Keyring
  events: TokenEvents
}

/** Where tokens of connections are kept: on their way in Redis (`GrantState`), then in the catalog. */
export class TokenStore {
  readonly #deps: TokenStoreDeps

  constructor(deps: TokenStoreDeps) {
    this.#deps = deps
  }

  /** The connection with the newest token: one that is in Redis and not in the catalog is stored first. */
  async newest(at: ConnectionPlace, state: GrantState): Promise<Access> {
    const access = await freshAccessTo(this.#deps, at)
    const unstored = state.isOf(access.connection) ? await state.unstored() : undefined
    if (unstored === undefined || unstored.sealedToken === access.connection.sealedToken) return access
    await this.#storeWhenPossible(at, access, unstored, state)
    return await freshAccessTo(this.#deps, at)
  }

  /** To Redis first, which is fast; then to the catalog. */
  async keep(at: ConnectionPlace, access: Access, token: Token, state: GrantState): Promise<void> {
    const { events, keyring } = this.#deps
    const { connection } = access
    const unstored = {
      sealedToken: sealToken(keyring, token, connection),
      base: connection.sealedToken ?? '',
    }
    await state.setUnstored(unstored).catch((error: unknown) => events.notStored(at, error))
    await this.#storeWhenPossible(at, access, unstored, state)
  }

  /** Again while NATS is away, or a replica of it is behind. */
  async #storeWhenPossible(
    at: ConnectionPlace,
    access: Access,
    unstored: Unstored,
    state: GrantState,
  ): Promise<void> {
    const until = Date.now() + STORE_MS
    for (;;) {
      try {
        await this.#store(at, access, unstored)
        await state.stored()
        return
      } catch (error) {
        if (!(error instanceof AppError && error.retry) || Date.now() > until) throw error
        this.#deps.events.notStored(at, error)
        await sleep(jittered(STORE_RETRY_MS))
      }
    }
  }

  /** Only over the state that it was made from: what somebody else has stored meanwhile is newer. */
  async #store(at: ConnectionPlace, { connection }: Access, { sealedToken, base }: Unstored): Promise<void> {
    await this.#change(at, connection, (present) => {
      if ((present.sealedToken ?? '') !== base) return undefined
      const { needsReauth, ...rest } = present
      const event = {
        kind: 'reauthorized' as const,
        reason: 'a refresh has worked',
        at: new Date().toISOString(),
      }
      return { ...rest, sealedToken, ...(needsReauth && { unpublished: event }) }
    })
  }

  async markNeedsReauth(at: ConnectionPlace, { connection }: Access, reason: string): Promise<AppError> {
    const since = new Date().toISOString()
    const marked = await this.#change(at, connection, (present) => {
      if (present.sealedToken !== connection.sealedToken || present.needsReauth) return undefined
      const unpublished = { kind: 'needs_reauth' as const, reason, at: since }
      return { ...present, needsReauth: { since, reason }, unpublished }
    })
    if (marked) this.#deps.events.needsReauth(at, reason)
    return needsReauthError(connection.id, { since, reason })
  }

  /** Changes the connection as long as it has the same credentials. Returns whether there was a change. */
  async #change(
    { environment, integration, connection: id }: ConnectionPlace,
    connection: Connection,
    change: (present: Connection) => Connection | undefined,
  ): Promise<boolean> {
    const superseded = new Error('superseded')
    try {
      await this.#deps.catalog.connections.update(
        (present) => {
          const isSame =
            present.uid === connection.uid && present.sealedCredentials === connection.sealedCredentials
          const changed = isSame ? change(present) : undefined
          if (changed === undefined) throw superseded
          return changed
        },
        environment,
        integration,
        id,
      )
      return true
    } catch (error) {
      if (error === superseded) return false
      throw error
    }
  }
}
