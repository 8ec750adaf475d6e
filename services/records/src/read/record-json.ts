import type { Origin, ReadRow } from '../tables/record-log.ts'
import { Action } from '../tables/version.ts'
import { encodeCursor } from './cursor.ts'
import { rememberLast } from './remember-last.ts'

/** What stands before and behind the records of a piece: ASCII. */
export type Around = { before: string; after: string }

/**
 * The JSON text of records with their metadata, with commas between them. Payloads are never parsed, the metadata takes the
 * place of their last brace.
 */
export function recordsJson(
  rows: ReadRow[],
  prunedAtOf: (row: ReadRow) => number,
  { before, after }: Around,
): Buffer {
  const records = rows.map((row) => {
    const prunedAt = prunedAtOf(row)
    const isIdOnly = prunedAt > 0 || row.origin?.withoutPayload
    return { body: isIdOnly ? idOnly(row) : row.payload, metadata: metadataJson(row, prunedAt) }
  })
  const bytes = records.reduce((sum, { body, metadata }) => sum + body.length + metadata.length + 1, 0)
  const text = Buffer.allocUnsafe(before.length + bytes + after.length)
  let at = text.write(before, 'latin1')
  for (const [i, { body, metadata }] of records.entries()) {
    if (i > 0) text[at++] = COMMA
    at += body.copy(text, at) - 1
    at += text.write(metadata, at, 'latin1')
  }
  at += text.write(after, at, 'latin1')
  return text.subarray(0, at)
}

/** All ASCII, with nothing in it that JSON would escape. */
function metadataJson(row: ReadRow, prunedAt: number): string {
  const modified = modifiedJson(row.modifiedAt)
  const deleted = row.action === Action.deleted ? modified : null
  const pruned = prunedAt > 0 ? instantJson(prunedAt) : null
  return `,"_nango_metadata":{"first_seen_at":${firstSeenJson(row.firstSeenAt)},"last_modified_at":${modified},"last_action":"${actionName[row.action]}","deleted_at":${deleted},"pruned_at":${pruned},"cursor":"${encodeCursor(row)}"${row.origin ? originJson(row.origin) : ''}}}`
}

/** A run's id is ASCII: the scheduler makes it. Versions that were archived by older builds have lost it. */
const originJson = ({ runId, bytes }: Origin) =>
  `,"run_id":${runId === '' ? null : JSON.stringify(runId)},"bytes":${bytes}`

const idOnly = (row: ReadRow) => Buffer.from(`{"id":${row.numericId ? row.id : JSON.stringify(row.id)}}`)

const actionName = { [Action.added]: 'ADDED', [Action.updated]: 'UPDATED', [Action.deleted]: 'DELETED' }
const COMMA = 0x2c
const instantJson = (ms: number) => `"${new Date(ms).toISOString()}"`
const [firstSeenJson, modifiedJson] = [rememberLast(instantJson), rememberLast(instantJson)]
