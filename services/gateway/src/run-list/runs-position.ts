import { AppError } from '@syncline/errors'
import { z } from 'zod'

const Ms = z.int().min(0)

/**
 * Where a list of runs goes on:
 * - `recent`: in the list of the scheduler, which has the runs that have not ended, and those that ended at the seam or later. None that
 *   was told before ended before `lastMs`;
 * - `past`: behind a run that the record store has;
 * - `old`: in the list of the scheduler, of runs that ended before the record store knew of any.
 */
const Position = z.union([
  z.strictObject({ part: z.literal('recent'), cursor: z.string(), seamMs: Ms, lastMs: Ms }),
  z.strictObject({ part: z.literal('past'), endedMs: Ms, runId: z.string() }),
  z.strictObject({ part: z.literal('old'), cursor: z.string(), beforeMs: Ms }),
])
export type RunsPosition = z.infer<typeof Position>

export function encodePosition(position: RunsPosition): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url')
}

/** Fails with `invalid_cursor`. */
export function decodePosition(cursor: string): RunsPosition {
  try {
    return Position.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
  } catch (cause) {
    throw new AppError('invalid_cursor', `cursor '${cursor}' is not from a list of runs`, { cause })
  }
}
