import { hash, randomBytes } from 'node:crypto'

/** 256 random bits: a plain hash of it can't be searched, so a slow one would only cost each request time. */
export function newApiKey(environment: string): string {
  return `sk_${environment}_${randomBytes(32).toString('base64url')}`
}

export function hashApiKey(key: string): string {
  return hash('sha256', key, 'hex')
}
