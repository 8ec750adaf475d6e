import { AppError } from '@syncline/errors'

const KIB = 1024

/**
 * Bytes of JSON. A connection is one entry of the catalog with all of these, sealed where they are secrets, and a token that is
 * renewed must always find room beside them.
 */
const LIMITS = { metadata: 256 * KIB, connection_config: 64 * KIB, credentials: 192 * KIB }

/** What would never fit is refused where it is given, by the REST API and by the runner alike. */
export function checkSize(field: keyof typeof LIMITS, value: unknown): void {
  const bytes = Buffer.byteLength(JSON.stringify(value) ?? '')
  const limit = LIMITS[field]
  if (bytes <= limit) return
  throw new AppError('too_large', `${field} has ${bytes} bytes as JSON, and may have ${limit}`)
}
