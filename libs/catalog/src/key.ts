const PLAIN = /^[A-Za-z0-9_-]+$/

/** Parts of an identity as a key of the bucket: `connection.dev.github.=dXNlckBob3N0`. */
export function encodeKey(parts: string[]): string {
  return parts
    .map((part) => (PLAIN.test(part) ? part : `=${Buffer.from(part).toString('base64url')}`))
    .join('.')
}

/** The parts of a key, still encoded: no part holds the separator. */
export function partsOf(key: string): string[] {
  return key.split('.')
}
