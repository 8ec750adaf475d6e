const PLAIN = /^[A-Za-z0-9_-]+$/

/** Parts of an identity as a key of the bucket: `connection.dev.github.=dXNlckBob3N0`. */
export function encodeKey(parts: string[]): string {
  return parts.map(encodePart).join('.')
}

export function encodePart(part: string): string {
  return PLAIN.test(part) ? part : `=${Buffer.from(part).toString('base64url')}`
}

export function decodePart(encoded: string): string {
  return encoded.startsWith('=') ? Buffer.from(encoded.slice(1), 'base64url').toString() : encoded
}

/** The parts of a key, still encoded: no part holds the separator. */
export function partsOf(key: string): string[] {
  return key.split('.')
}
