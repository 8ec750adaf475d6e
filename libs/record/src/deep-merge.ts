import { isObject } from './is-object.ts'

/** Objects are merged at every depth; anything else in `part` replaces, `null` and arrays too. */
export function deepMerge(base: unknown, part: unknown): unknown {
  if (!isObject(base) || !isObject(part)) return part
  const merged = new Map(Object.entries(base))
  for (const [key, value] of Object.entries(part)) merged.set(key, deepMerge(merged.get(key), value))
  // Not by assignment: a key `__proto__` must stay a key.
  return Object.fromEntries(merged)
}
