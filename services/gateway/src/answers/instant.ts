/** Between our services instants are Unix milliseconds, and 0 means never. */
export function instantOrNull(ms: number): string | null {
  return ms === 0 ? null : instant(ms)
}

export function instant(ms: number): string {
  return new Date(ms).toISOString()
}
