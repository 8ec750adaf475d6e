import { hash, randomBytes } from 'node:crypto'

/** 256 random bits: a plain hash of it can't be searched, so a slow one would only cost each request time. */
export function newApiKey(environment: string): string {
  // No sign in it that a shell, or an option parser, would take for its own: its last four characters name a key.
  return `sk_${environment}_${randomBytes(32).toString('hex')}`
}

export function hashApiKey(key: string): string {
  return hash('sha256', key, 'hex')
}
