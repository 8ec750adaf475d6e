import { errorSorts } from '@syncline/api'
import { AppError } from '@syncline/errors'
import { z } from 'zod'

/** Where a page of errors ends: pages are of the same time, or an error could move from one to another. */
const Position = z.strictObject({
  sort: z.enum(errorSorts),
  order: z.enum(['asc', 'desc']),
  toMs: z.int().min(0),
  behind: z.strictObject({ value: z.int().min(0), fingerprint: z.string().regex(/^[0-9a-f]{16}$/) }),
})
export type ErrorsPosition = z.infer<typeof Position>

export function encodeErrorsPosition(position: ErrorsPosition): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url')
}

/** Fails with `invalid_cursor`, also if it is of another order. */
export function decodeErrorsPosition(
  cursor: string,
  { sort, order }: Pick<ErrorsPosition, 'sort' | 'order'>,
): ErrorsPosition {
  const position = parsed(cursor)
  if (position.sort !== sort || position.order !== order)
    throw new AppError(
      'invalid_cursor',
      `cursor '${cursor}' is of a list by '${position.sort} ${position.order}', not by '${sort} ${order}'`,
    )
  return position
}

function parsed(cursor: string): ErrorsPosition {
  try {
    return Position.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
  } catch (cause) {
    throw new AppError('invalid_cursor', `cursor '${cursor}' is none of a list of errors`, { cause })
  }
}
