import type { RowReader } from '../clickhouse/row-binary.ts'

/** Versions of records, and where they are in a stream. */

export const Action = { added: 1, updated: 2, deleted: 3 } as const
export type Action = (typeof Action)[keyof typeof Action]

/** What there is to know of a version without its payload. */
export type Version = {
  modifiedAt: number
  writtenAt: number
  action: Action
  firstSeenAt: number
  /** 0 = its payload is there, or has expired. */
  prunedAt: number
}

/** What a commit has to know of the newest version of a record. */
export type Head = {
  modifiedAt: number
  /** Differs where a version was pruned or restored in place. */
  writtenAt: number
  firstSeenAt: number
  action: Action
  pruned: boolean
  hash: Buffer
  /** Bytes of the payload. */
  size: number
}

/** Order of a stream. */
export type Key = { modifiedAt: number; id: string }

/** Where a live version is, and how large its payload is. */
export type StoredKey = Key & { size: number }

/** As ClickHouse orders them: texts by their bytes. */
export function compareKeys(a: Key, b: Key): number {
  return a.modifiedAt - b.modifiedAt || Buffer.compare(Buffer.from(a.id), Buffer.from(b.id))
}

/** An Enum8 is its number. */
export const readAction = (row: RowReader): Action => row.int8() as Action

/** No id has it: see encodeRecord. */
export const ID_SEPARATOR = '\0'
