import { isObject } from './is-object.ts'

/**
 * The JSON text of a value with what JSON or UTF-8 lack replaced: half of a surrogate pair (of a text that was cut) by U+FFFD,
 * in texts and keys, and a BigInt by the text of its digits, which no reader rounds.
 *
 * @throws If it has a number that is not finite, a circle, or more levels than the call stack.
 */
export function mendedJson(value: object): string {
  return JSON.stringify(value, (key, part: unknown) => {
    if (typeof part === 'string') return part.toWellFormed()
    if (typeof part === 'bigint') return String(part)
    if (typeof part === 'number' && !Number.isFinite(part))
      throw new TypeError(`the number at '${key.slice(0, 40)}' is ${part}`)
    return isObject(part) ? withWellFormedKeys(part) : part
  })
}

function withWellFormedKeys(object: Record<string, unknown>): object {
  const keys = Object.keys(object)
  if (keys.every((key) => key.isWellFormed())) return object
  const taken = new Set(keys)
  const entries = keys.map((key) => {
    if (key.isWellFormed()) return [key, object[key]]
    let mended = key.toWellFormed()
    while (taken.has(mended)) mended += '\u{FFFD}' // two keys stay two keys
    taken.add(mended)
    return [mended, object[key]]
  })
  return Object.fromEntries(entries)
}
