import type { HttpRequest, Pagination } from '@syncline/function-types'
import { byCursor } from './by-cursor.ts'
import { byLink } from './by-link.ts'
import { byOffset } from './by-offset.ts'
import { missing, type PageOrder } from './next-page.ts'

/** @throws If the settings do not say enough. */
export function pageOrder(request: HttpRequest, how: Partial<Pagination>): PageOrder {
  if (how.limit !== undefined && how.limit_name_in_request === undefined && how.type === 'cursor') {
    throw missing('limit_name_in_request', `a limit of ${how.limit}`)
  }
  if (how.type === 'cursor') return byCursor(request, how)
  if (how.type === 'link') return byLink(request, how)
  if (how.type === 'offset') return byOffset(request, how)
  throw new Error(
    how.type === undefined
      ? 'paginate: neither the integration nor the call says how; give `paginate: { type: … }`'
      : `paginate: there is no type '${how.type}'; there are cursor, link and offset`,
  )
}
