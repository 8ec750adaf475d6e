import type { Key } from './version.ts'

/**
 * Finds the live versions among rows in order, without FINAL. Rows of one key follow each other. A version is live if
 * their signs sum up to more than 0; if it was pruned or restored in place, its newest row counts. If the read stopped at
 * its limit (`isFull`), it may have missed rows of the last key, so that key is left for the next read.
 */
export function collapse<Row extends KeyedRow>(
  rows: Row[],
  isFull: boolean,
): { live: Row[]; end: Key | undefined } {
  const live: Row[] = []
  let end: Key | undefined
  for (let at = 0; at < rows.length; ) {
    const from = at
    const key = rows[from] as Row // at < rows.length
    let sum = 0
    let newest: Row | undefined
    for (let row = rows[at]; row && sameKey(row, key); row = rows[++at]) {
      sum += row.sign
      if (row.sign > 0 && (newest === undefined || row.writtenAt >= newest.writtenAt)) newest = row
    }
    if (at === rows.length && isFull) break
    if (sum > 0 && newest) live.push(newest)
    end = key
  }
  return { live, end }
}

type KeyedRow = Key & { sign: number; writtenAt: number }

const sameKey = (a: Key, b: Key) => a.modifiedAt === b.modifiedAt && a.id === b.id
