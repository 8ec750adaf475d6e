import type { HttpRequest, Pagination } from '@syncline/function-types'
import { get } from 'es-toolkit/compat'
import { isAbsent, leadsBack, missing, type PageOrder, standsStill, withoutNext } from './next-page.ts'
import { withLimit, withParam } from './page-request.ts'
import { Repetition } from './repetition.ts'

/**
 * A cursor that is a number is a page or an offset, and some APIs count it on beyond the end of the list: more empty pages
 * than this in a row are beyond it. Other cursors are looked up, and name pages that exist.
 */
const EMPTY_BEYOND_THE_END = 10

/** Each page names the next one by a cursor in its body, which goes into the request for it. */
export function byCursor(request: HttpRequest, how: Partial<Pagination>): PageOrder {
  const { cursor_name_in_request: name, cursor_path_in_response: path, response_path: listPath } = how
  if (!name) throw missing('cursor_name_in_request', 'type cursor')
  if (!path) throw missing('cursor_path_in_response', 'type cursor')
  const seen = new Repetition()
  let sent: string | number | undefined
  let empty = 0
  return {
    first: withLimit(request, how),
    next: (page) => {
      const { request, response, items } = page
      const found: unknown = get(response.data, path)
      if (isAbsent(found)) return withoutNext(response, listPath, `cursor at '${path}'`)
      const cursor = typeof found === 'string' ? found.trim() : found
      if (typeof cursor !== 'string' && !(typeof cursor === 'number' && Number.isFinite(cursor))) {
        return { kind: 'fault', text: `what is at '${path}' is no cursor: it is neither a text nor a number` }
      }
      if (standsStill(page, listPath, cursor === sent)) return { kind: 'end' }
      empty = items.length === 0 ? empty + 1 : 0
      if (empty > EMPTY_BEYOND_THE_END && /^\d{1,9}$/.test(String(cursor))) return { kind: 'end' }
      if (seen.add(String(cursor))) {
        return leadsBack(response, listPath, `the cursor at '${path}' is repeated`)
      }
      sent = cursor
      return { kind: 'page', request: withParam(request, name, cursor, how), param: cursor }
    },
  }
}
