import type { FieldChange } from './preview-result.ts'

/** Objects in objects are compared field by field as deep as this; what lies deeper changes as a whole. */
const DEPTH = 4

/** What differs between two JSON objects. Lists, and values of different kinds, differ as a whole. */
export function changedFields(before: unknown, after: unknown): FieldChange[] {
  const changes: FieldChange[] = []
  compare([], before, after, changes)
  return changes
}

function compare(path: string[], before: unknown, after: unknown, changes: FieldChange[]): void {
  if (isObject(before) && isObject(after) && path.length < DEPTH) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)])
    for (const name of names) compare([...path, name], own(before, name), own(after, name), changes)
  } else if (!isSame(before, after)) {
    changes.push({
      field: path.join('.'),
      ...(before !== undefined && { before }),
      ...(after !== undefined && { after }),
    })
  }
}

/** The order of keys does not matter. */
function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((value, i) => isSame(value, other[i]))
  }
  if (!isObject(one) || !isObject(other)) return false
  const names = Object.keys(one)
  if (names.length !== Object.keys(other).length) return false
  return names.every((name) => Object.hasOwn(other, name) && isSame(one[name], other[name]))
}

type JsonObject = Record<string, unknown>

const own = (object: JsonObject, name: string) => (Object.hasOwn(object, name) ? object[name] : undefined)

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
