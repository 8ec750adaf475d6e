import { createHash } from 'node:crypto'
import type { HttpRequest, Pagination } from '@syncline/function-types'
import { leadsBack, missing, type Next, type Page, type PageOrder } from './next-page.ts'
import { withLimit, withParam } from './page-request.ts'
import { flagOf, whatFollows } from './what-follows.ts'

/** Lengths that APIs like to cap their pages at, whatever limit is asked for. */
const USUAL_CAPS = new Set([
  10, 20, 25, 30, 40, 50, 60, 100, 200, 250, 300, 400, 500, 1000, 2000, 2500, 5000, 10_000,
])

/**
 * Pages are asked for by the number of items before them, or by their own number. A page that is shorter than the limit is
 * the last one, unless the API caps its pages below the limit. If the answer does not say, and the length is a usual cap,
 * then one request for the page after it tells: from there on, the cap is the limit.
 */
export function byOffset(request: HttpRequest, how: Partial<Pagination>): PageOrder {
  const { offset_name_in_request: name, response_path: listPath } = how
  if (!name) throw missing('offset_name_in_request', 'type offset')
  const start = Number(how.offset_start_value ?? 0)
  const perPage = how.offset_calculation_method === 'per-page'
  const limit = how.limit === undefined ? undefined : Number(how.limit)
  let offset = start
  let [pages, read] = [0, 0]
  /** How long the API's pages are where they are full. */
  let cap: number | undefined
  /** The length of a page that may be a full one. */
  let guessed: number | undefined
  let before: string | undefined

  const onward = (request: HttpRequest, by: number, isGuess = false): Next => {
    const read = offset
    offset += by
    const next = { kind: 'page', request: withParam(request, name, offset, how), param: read } as const
    return isGuess ? { ...next, guess: true } : next
  }

  const afterEmpty = ({ request, response }: Page): Next => {
    if (flagOf(response, listPath) !== 'more') return { kind: 'end' }
    // Pages that are numbered can be gone through, whether they have items or not.
    if (perPage) return onward(request, 1)
    return { kind: 'fault', text: 'the answer says that more items follow, but has none' }
  }

  const next = (page: Page): Next => {
    const { request, response, items } = page
    pages++
    read += items.length
    if (items.length === 0) return afterEmpty(page)
    const digest = digestOf(items)
    if (digest === before) {
      return leadsBack(response, listPath, `the page before is repeated, though '${name}' has changed`)
    }
    before = digest
    if (guessed !== undefined) cap = guessed
    guessed = undefined
    if (limit !== undefined && items.length >= limit) cap = limit

    const step = perPage ? 1 : items.length
    if (limit === undefined || items.length >= (cap ?? limit)) return onward(request, step)
    const position = { items: itemsRead(start, read, perPage), pages: start > 1 ? undefined : pages }
    const follows = whatFollows(response, listPath, position)
    if (follows === 'more') return onward(request, step)
    if (follows === 'end' || cap !== undefined || !USUAL_CAPS.has(items.length)) return { kind: 'end' }
    guessed = items.length
    return onward(request, step, true)
  }
  return { first: withParam(withLimit(request, how), name, start, how), next }
}

/** A start of 0 or 1 is the list's own; a higher offset counts the items before it, a higher page does not say how many. */
function itemsRead(start: number, read: number, perPage: boolean): number | undefined {
  if (start <= 1) return read
  return perPage ? undefined : start + read
}

/** Of a page, item by item: as one text it would be in memory again. */
function digestOf(items: unknown[]): string {
  const hash = createHash('sha1')
  for (const item of items) hash.update(`${JSON.stringify(item)}\n`)
  return hash.digest('base64')
}
