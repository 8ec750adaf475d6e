import { SynclineError } from './error.ts'

interface Page {
  next_cursor: string | null
}

/** The items of a list, page by page. The next page is read when the items of the one before have been taken. */
export async function* pages<P extends Page, Item>(
  cursor: string | null | undefined,
  read: (cursor: string | undefined) => Promise<P>,
  itemsOf: (page: P) => Item[],
): AsyncGenerator<Item, void, undefined> {
  let at = cursor ?? undefined
  for (;;) {
    const page = await read(at)
    yield* itemsOf(page)
    if (page.next_cursor === null) return
    if (page.next_cursor === at) {
      throw new SynclineError(
        200,
        'unknown',
        `the page after cursor '${at}' has the same cursor: the list has no end`,
      )
    }
    at = page.next_cursor
  }
}
