import { hash, randomBytes } from 'node:crypto'
import { type ApiKey, type Catalog, hashSecret, opensBy } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import { type Redis, redisCall } from '@syncline/redis'
import { z } from 'zod'
import type { Access, Caller } from '../http/caller.ts'

/** Without a request for so long, a session ends. */
const IDLE_MS = 12 * 3_600_000
const LONGEST_MS = 30 * 86_400_000
/** Logins of one session: to so many environments at most, the oldest gives way. */
const LOGINS_MAX = 50

/** How a session may open an environment. Ids and hashes only: what they stand for is looked up at each request. */
const Login = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('key'), environment: z.string(), keyId: z.string(), secretHash: z.string() }),
  z.object({ kind: z.literal('user'), environment: z.string(), user: z.string(), passwordId: z.string() }),
  z.object({ kind: z.literal('admin'), mark: z.string() }),
])
export type Login = z.infer<typeof Login>

const Stored = z.object({ createdAt: z.number(), logins: z.array(Login) })

/** A session as it is now: what was revoked since its logins is not part of it. */
export interface Session {
  id: string
  environments: { access: Access; user: string | null }[]
  admin: boolean
}

/**
 * Sessions of browsers, in Redis under the hash of their ids: so somebody who reads Redis can't use one. A session names keys and users; each
 * request looks them up, so a key that is revoked ends its part of a session at once.
 */
export class Sessions {
  readonly #redis: Redis
  readonly #prefix: string
  readonly #catalog: Catalog
  readonly #adminKey: string | undefined

  constructor(
    redis: Redis,
    { prefix, catalog, adminKey }: { prefix: string; catalog: Catalog; adminKey: string | undefined },
  ) {
    this.#redis = redis
    this.#prefix = prefix
    this.#catalog = catalog
    this.#adminKey = adminKey
  }

  /** A new session with this login, and with those of the session before, which ends: nobody can have known the new id. */
  async begin(caller: NewLogin, before: string | undefined): Promise<Session> {
    const stored = before === undefined ? undefined : await this.#read(before)
    const id = randomBytes(32).toString('base64url')
    const login = this.#loginOf(caller, id)
    // The admin's mark is made with the id, so it is made again.
    const others = (stored?.logins ?? [])
      .filter((it) => this.#isValid(it, before ?? ''))
      .filter((it) => placeOf(it) !== placeOf(login))
      .map((it) => (it.kind === 'admin' ? { ...it, mark: this.#mark(id) } : it))
    const logins = [...others, login].slice(-LOGINS_MAX)
    const session = { createdAt: stored?.createdAt ?? Date.now(), logins }
    await this.#write(id, session)
    // If we die before this, the session before ends by itself.
    if (before !== undefined) await redisCall(this.#redis.del(this.#place(before)))
    return this.#sessionOf(id, session.logins)
  }

  /** Undefined = there is none, or nothing of it is valid any more. */
  async find(id: string): Promise<Session | undefined> {
    const stored = await this.#read(id)
    if (stored === undefined) return undefined
    const session = this.#sessionOf(id, stored.logins)
    return session.environments.length > 0 || session.admin ? session : undefined
  }

  /** Who sends a request with this session, about this environment; `-` = the admin. */
  async callerOf(id: string, environment: string): Promise<Caller> {
    const session = await this.find(id)
    if (session === undefined) throw noSession()
    if (environment === ADMIN) {
      if (session.admin) return { kind: 'admin' }
      throw new AppError('forbidden', 'this session has no rights of the admin key: log in with it')
    }
    const found = session.environments.find(({ access }) => access.environment === environment)
    if (found) return { kind: 'key', key: found.access }
    throw new AppError('no_session', `this session does not open environment '${environment}': log in to it`)
  }

  /** Ends it as a whole, or its login to one environment. */
  async end(id: string, environment?: string): Promise<'ended' | 'smaller'> {
    const stored = environment === undefined ? undefined : await this.#read(id)
    const logins = stored?.logins.filter((login) => placeOf(login) !== environment) ?? []
    if (stored && logins.length > 0) {
      await this.#write(id, { ...stored, logins })
      return 'smaller'
    }
    await redisCall(this.#redis.del(this.#place(id)))
    return 'ended'
  }

  async #read(id: string): Promise<z.infer<typeof Stored> | undefined> {
    const place = this.#place(id)
    const text = await redisCall(this.#redis.getex(place, 'PX', IDLE_MS))
    if (text === null) return undefined
    const stored = Stored.parse(JSON.parse(text))
    if (stored.createdAt + LONGEST_MS > Date.now()) return stored
    await redisCall(this.#redis.del(place))
    return undefined
  }

  async #write(id: string, session: z.infer<typeof Stored>): Promise<void> {
    await redisCall(this.#redis.set(this.#place(id), JSON.stringify(session), 'PX', IDLE_MS))
  }

  #sessionOf(id: string, logins: Login[]): Session {
    const environments = logins.flatMap((login) => {
      const access = this.#accessOf(login)
      return access ? [{ access, user: login.kind === 'user' ? login.user : null }] : []
    })
    return { id, environments, admin: logins.some((it) => it.kind === 'admin' && this.#isValid(it, id)) }
  }

  #accessOf(login: Login): Access | undefined {
    if (login.kind === 'key') {
      const key = this.#catalog.apiKeys.peek(login.keyId)
      return key && opensBy(key, login.secretHash, Date.now()) ? key : undefined
    }
    if (login.kind === 'admin') return undefined
    const user = this.#catalog.users.peek(login.environment, login.user)
    if (user?.password.id !== login.passwordId) return undefined
    const { environment, name, scopes } = user
    return {
      id: `user:${name}`,
      environment,
      label: name,
      scopes,
      connection: undefined,
      expiresAt: undefined,
    }
  }

  #isValid(login: Login, id: string): boolean {
    return login.kind === 'admin' ? login.mark === this.#mark(id) : this.#accessOf(login) !== undefined
  }

  #loginOf(login: NewLogin, id: string): Login {
    if (login.kind === 'admin') return { kind: 'admin', mark: this.#mark(id) }
    if (login.kind === 'user') return login
    const { key, secret } = login
    return { kind: 'key', environment: key.environment, keyId: key.id, secretHash: hashSecret(secret) }
  }

  /** Says that the session had the admin key as it is now. It can't be guessed without the id, which is not stored. */
  #mark(id: string): string {
    return hash('sha256', `${id}:${this.#adminKey ?? ''}`, 'base64url')
  }

  #place(id: string): string {
    return `${this.#prefix}:session:${hash('sha256', id, 'base64url')}`
  }
}

export type NewLogin =
  | { kind: 'admin' }
  | { kind: 'key'; key: ApiKey; secret: string }
  | Extract<Login, { kind: 'user' }>

/** The header of a request that uses the session for the routes of the admin key. */
export const ADMIN = '-'

export function noSession(): AppError {
  return new AppError('no_session', 'you are not logged in, or your session has ended')
}

/** A session has one login to each environment. */
function placeOf(login: Login): string {
  return login.kind === 'admin' ? ADMIN : login.environment
}
