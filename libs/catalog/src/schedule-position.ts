import { AppError } from '@syncline/errors'
import { z } from 'zod'

/** Of a schedule in the order of integration, connection, sync and variant, the base one first. */
export interface SchedulePosition {
  integration: string
  connection: string
  sync: string
  variant: string
}

const Parts = z.tuple([z.string(), z.string(), z.string(), z.string()])

/** Cursors of lists of schedules: the position of the last one that a page has looked at. */
export const scheduleCursor = {
  encode({ integration, connection, sync, variant }: SchedulePosition): string {
    return Buffer.from(JSON.stringify([integration, connection, sync, variant])).toString('base64url')
  },

  /** Fails with `invalid_cursor`. */
  decode(cursor: string): SchedulePosition {
    try {
      const json = Buffer.from(cursor, 'base64url').toString()
      const [integration, connection, sync, variant] = Parts.parse(JSON.parse(json))
      return { integration, connection, sync, variant }
    } catch (cause) {
      throw new AppError('invalid_cursor', `cursor '${cursor}' is not from a list of schedules`, { cause })
    }
  },
}

export function isBehind(a: SchedulePosition, b: SchedulePosition): boolean {
  for (const part of ['integration', 'connection', 'sync'] as const)
    if (a[part] !== b[part]) return a[part] > b[part]
  return a.variant !== b.variant && (b.variant === 'base' || (a.variant !== 'base' && a.variant > b.variant))
}
