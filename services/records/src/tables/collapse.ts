import type { Key } from './version.ts'

/**
 * Live versions among rows that came in order, without FINAL. Rows of one key follow each other; where they sum up to
 * more than nothing, the version is alive, and of several rows (it was pruned or restored in place) the newest counts.
 * If the window was full, rows of its last key may lie beyond it, so that key is left for the next read.
 */
export function collapse<Row extends KeyedRow>(
  rows: Row[],
  windowFull: boolean,
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
    if (at === rows.length && windowFull) break
    if (sum > 0 && newest) live.push(newest)
    end = key
  }
  return { live, end }
}

type KeyedRow = Key & { sign: number; writtenAt: number }

const sameKey = (a: Key, b: Key) => a.modifiedAt === b.modifiedAt && a.id === b.id
