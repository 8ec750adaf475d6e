import { AppError } from '@syncline/errors'
import { z } from 'zod'
import type { RunsPosition } from '../store/views.ts'

const Parts = z.tuple([z.string().regex(/^(-|(\d+\/.+)?)$/), z.string().regex(/^(-|\+|\d+-\d+)$/)])

/** Cursors of the runs of an environment. */
export const runsCursor = {
  first: { active: '', ended: '+' } satisfies RunsPosition,

  encode: ({ active, ended }: RunsPosition): string =>
    Buffer.from(JSON.stringify([active, ended])).toString('base64url'),

  /** Fails with `invalid_cursor`. */
  decode(cursor: string): RunsPosition {
    try {
      const [active, ended] = Parts.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
      return { active, ended }
    } catch (cause) {
      throw new AppError('invalid_cursor', `cursor '${cursor}' is none of a list of runs`, { cause })
    }
  },
}
