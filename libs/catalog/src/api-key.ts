import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Collection } from './collection.ts'
import { type ApiKey, type KeyScope, keyScopes } from './entities.ts'

/**
 * A secret is `sk_<environment>_<id of its key><64 hex digits>`: the key is found by its id, and the secret compared by its
 * hash. Secrets of builds that knew no ids have none in them: the id of such a key is the hash of its first secret.
 */
const FORM = /^sk_.+_([0-9a-f]*)[0-9a-f]{64}$/

export function keyIdOf(secret: string): string {
  return FORM.exec(secret)?.[1] || hashSecret(secret)
}

export function hashSecret(secret: string): string {
  return hash('sha256', secret, 'hex')
}

export type KeyFacts = Pick<ApiKey, 'environment' | 'label' | 'connection' | 'expiresAt'> & {
  /** All of them if absent. */
  scopes?: KeyScope[]
}

/** A key that is not stored yet, with its secret. */
export function newApiKey({ scopes = [...keyScopes], ...facts }: KeyFacts): Made {
  const id = randomBytes(8).toString('hex')
  const createdAt = new Date().toISOString()
  const { secret, stored } = newSecret(facts.environment, id, createdAt)
  return { key: { id, ...facts, scopes, secrets: [stored], createdAt }, secret }
}

interface Made {
  key: ApiKey
  /** Shown once: only its hash is stored. */
  secret: string
}

export async function createApiKey(
  { apiKeys }: { apiKeys: Collection<ApiKey> },
  facts: KeyFacts,
): Promise<Made> {
  const made = newApiKey(facts)
  await apiKeys.create(made.key, made.key.id)
  return made
}

/** The key with a new secret. Those that it has now work for `overlapMs` longer, if they do not end before. */
export function rotated(key: ApiKey, { now, overlapMs }: { now: number; overlapMs: number }): Made {
  const { secret, stored } = newSecret(key.environment, key.id, new Date(now).toISOString())
  const end = new Date(now + overlapMs).toISOString()
  const before = key.secrets
    .map((it) => ({ ...it, expiresAt: it.expiresAt && it.expiresAt < end ? it.expiresAt : end }))
    .filter(({ expiresAt }) => overlapMs > 0 && Date.parse(expiresAt) > now)
  return { key: { ...key, secrets: [stored, ...before] }, secret }
}

/** Whether `secret` is one of the key's, and works at `now`. */
export function opens(key: ApiKey, secret: string, now: number): boolean {
  return opensBy(key, hashSecret(secret), now)
}

/** The same of the hash of a secret, as a session has it. */
export function opensBy(key: ApiKey, hash: string, now: number): boolean {
  const given = Buffer.from(hash)
  const found = key.secrets.find((it) => timingSafeEqual(Buffer.from(it.hash), given))
  return found !== undefined && !isOver(found.expiresAt, now) && !isOver(key.expiresAt, now)
}

export const isOver = (expiresAt: string | undefined, now: number): boolean =>
  expiresAt !== undefined && Date.parse(expiresAt) <= now

/** 256 random bits: a plain hash of it can't be searched, so a slow one would only cost each request time. */
function newSecret(environment: string, id: string, createdAt: string) {
  // No sign in it that a shell, or an option parser, would take for its own: its last four characters tell it from others.
  const secret = `sk_${environment}_${id}${randomBytes(32).toString('hex')}`
  return { secret, stored: { hash: hashSecret(secret), hint: secret.slice(-4), createdAt } }
}
