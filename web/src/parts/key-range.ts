/** The keys from one row to another one, both included. Only the second one, if the first one has left the list. */
export function keyRange(keys: readonly string[], from: string | undefined, to: string): string[] {
  const begin = from === undefined ? -1 : keys.indexOf(from)
  const end = keys.indexOf(to)
  if (begin === -1 || end === -1) return [to]
  return keys.slice(Math.min(begin, end), Math.max(begin, end) + 1)
}
