import type { HttpRequest, Pagination } from '@syncline/function-types'
import { get } from 'es-toolkit/compat'
import { linkIn } from './link-header.ts'
import { isAbsent, leadsBack, missing, type PageOrder, standsStill, withoutNext } from './next-page.ts'
import { withLimit } from './page-request.ts'
import { Repetition } from './repetition.ts'
import { resolveLink } from './resolve-link.ts'

/** Each page has a link to the next one, in its `Link` header or in its body. */
export function byLink(request: HttpRequest, how: Partial<Pagination>): PageOrder {
  const { link_rel_in_response_header: rel, link_path_in_response_body: path, response_path: listPath } = how
  if (!rel && !path) throw missing('link_rel_in_response_header or link_path_in_response_body', 'type link')
  const seen = new Repetition()
  let followed: string | undefined
  return {
    first: withLimit(request, how),
    next: (page) => {
      const { request, response, url } = page
      const inHeader = rel && linkIn(response.headers.link, rel)
      const found: unknown = inHeader || (path && get(response.data, path))
      const name = inHeader || !path ? `link '${rel}' in its header` : `link at '${path}'`
      if (isAbsent(found)) return withoutNext(response, listPath, name)
      const text = hrefOf(found)
      const link = text === undefined ? undefined : resolveLink(text, url, request.endpoint)
      if (link === undefined) return { kind: 'fault', text: `the ${name} leads to no URL` }
      if (standsStill(page, listPath, link === followed)) return { kind: 'end' }
      if (seen.add(link)) return leadsBack(response, listPath, `the ${name} is repeated`)
      followed = link
      return { kind: 'page', request: follow(request, link), param: link }
    },
  }
}

/** A link is a text, or an object with one, as HAL has it. */
function hrefOf(found: unknown): string | undefined {
  if (typeof found === 'string') return found
  return typeof found === 'object' && found !== null && 'href' in found && typeof found.href === 'string'
    ? found.href
    : undefined
}

/** The link has its own query; a full URL may lead to another host. */
function follow(request: HttpRequest, link: string): HttpRequest {
  const { params: _replaced, ...rest } = request
  return { ...rest, endpoint: link }
}
