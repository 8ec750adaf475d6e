/** Instants on the wire between our services are Unix milliseconds, and 0 says never. */
export function instantOrNull(ms: number): string | null {
  return ms === 0 ? null : instant(ms)
}

export function instant(ms: number): string {
  return new Date(ms).toISOString()
}
