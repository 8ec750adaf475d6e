import { AppError } from '@syncline/errors'
import { z } from 'zod'
import type { SchedulePosition } from './schedule-position.ts'

/** Of the last schedule of a page: what it was sorted by, and where it is among those with the same value. */
export interface SearchPosition {
  /** Null = it has none. */
  value: number | null
  position: SchedulePosition
}

const Parts = z.tuple([z.string(), z.number().nullable(), z.string(), z.string(), z.string(), z.string()])

/** Cursors of lists of schedules in a chosen order, which has a name. */
export const searchCursor = {
  encode(order: string, { value, position }: SearchPosition): string {
    const { integration, connection, sync, variant } = position
    const parts = [order, value, integration, connection, sync, variant]
    return Buffer.from(JSON.stringify(parts)).toString('base64url')
  },

  /** Fails with `invalid_cursor`, also if it is of another order. */
  decode(order: string, cursor: string): SearchPosition {
    let parts: z.infer<typeof Parts>
    try {
      parts = Parts.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
    } catch (cause) {
      throw new AppError('invalid_cursor', `cursor '${cursor}' is not from a list of schedules`, { cause })
    }
    const [own, value, integration, connection, sync, variant] = parts
    if (own !== order) {
      throw new AppError('invalid_cursor', `the cursor is of a list in the order '${own}', not '${order}'`)
    }
    return { value, position: { integration, connection, sync, variant } }
  },
}
