import type { Collection } from '@syncline/catalog'
import { AppError, codes } from '@syncline/errors'

/** Entries of the catalog that are deleted at the same time. */
const AT_A_TIME = 50

interface Options<T> {
  atATime?: number
  /** What comes before the deletion of each. */
  before?: (entry: T) => Promise<void>
}

/** When one fails, no further one is begun, and those that were begun have ended. */
export async function deleteAll<T>(
  collection: Pick<Collection<T>, 'delete'>,
  entries: T[],
  identityOf: (entry: T) => string[],
  { atATime = AT_A_TIME, before = async () => {} }: Options<T> = {},
): Promise<void> {
  const failures: unknown[] = []
  const deleteOne = async (entry: T) => {
    await before(entry)
    await collection.delete(...identityOf(entry)).catch((error: unknown) => {
      // Another request has deleted it.
      if (!(error instanceof AppError && codes[error.code].http < 500)) throw error
    })
  }
  const waiting = entries.values()
  const work = async () => {
    for (const entry of waiting) {
      await deleteOne(entry).catch((error: unknown) => failures.push(error))
      if (failures.length > 0) return
    }
  }
  await Promise.all(Array.from({ length: atATime }, work))
  if (failures.length > 0) throw failures[0]
}
