/** The version after `present`: `1` → `2`, `0.0.1` → `0.0.2`. */
export function nextVersion(present: string): string {
  const parts = present.split('.')
  return [...parts.slice(0, -1), Number(parts.at(-1)) + 1].join('.')
}
