import { AppError } from '@syncline/errors'
import { countRecords } from './record-counts.ts'

/** As `countRecords`; undefined = the record store does not answer. */
export async function countsOrNone(
  ...args: Parameters<typeof countRecords>
): Promise<Record<string, number>[] | undefined> {
  try {
    return await countRecords(...args)
  } catch (error) {
    if (error instanceof AppError && error.retry) return undefined
    throw error
  }
}
