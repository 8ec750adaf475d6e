export interface DiffRow {
  /** `address.city`; '' = the value as a whole. */
  path: string
  change: 'added' | 'removed' | 'changed' | 'same'
  before?: unknown
  after?: unknown
}

/** Deeper values and longer lists are compared as a whole. */
const MAX_DEPTH = 6
/** Further fields are not compared. */
export const MAX_ROWS = 2000

/** Two JSON values, compared field by field. Objects are looked into; lists too, if they are equally long. */
export function diffRows(before: unknown, after: unknown): DiffRow[] {
  const rows: DiffRow[] = []
  compare('', before, after, 0, rows)
  return rows
}

function compare(path: string, before: unknown, after: unknown, depth: number, rows: DiffRow[]): void {
  if (rows.length >= MAX_ROWS) return
  if (isObject(before) && isObject(after) && depth < MAX_DEPTH) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    for (const name of names) {
      const inner = path === '' ? name : `${path}.${name}`
      if (!Object.hasOwn(after, name)) rows.push({ path: inner, change: 'removed', before: before[name] })
      else if (!Object.hasOwn(before, name)) rows.push({ path: inner, change: 'added', after: after[name] })
      else compare(inner, before[name], after[name], depth + 1, rows)
    }
    return
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length && depth < MAX_DEPTH) {
    for (const [i, item] of before.entries()) compare(`${path}[${i}]`, item, after[i], depth + 1, rows)
    return
  }
  const isSame = before === after || JSON.stringify(before) === JSON.stringify(after)
  rows.push({ path, change: isSame ? 'same' : 'changed', before, after })
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
