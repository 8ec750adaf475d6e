import { createHash } from 'node:crypto'

/** Of errors with the same cause: 64 bits, never 0. */
export function fingerprintOf(error: {
  integration: string
  sync: string
  message: string
  outcome: string
}): bigint {
  const { integration, sync, message, outcome } = error
  const text = JSON.stringify([integration, sync, message, outcome])
  const hash = createHash('sha256').update(text).digest().readBigUInt64LE()
  return hash === 0n ? 1n : hash
}
