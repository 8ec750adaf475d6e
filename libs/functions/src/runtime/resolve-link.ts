/**
 * The endpoint that a link in a page means. A link is relative to the URL of its page (RFC 3986), with one exception: where
 * its path is the end of the page's own path, it means the page's own path. Such a link comes from an API that does not
 * know the prefix that a gateway, or the base URL, puts before its paths: the page `/ex/confluence/<id>/wiki/pages` names
 * `/wiki/pages?cursor=…`. The next page of a list is at the path of the list, so nothing else can be meant.
 * @param pageUrl Undefined where it is not known: then the link is relative to the page's endpoint.
 * @returns Undefined if it leads to no URL of HTTP.
 */
export function resolveLink(link: string, pageUrl: string | undefined, endpoint: string): string | undefined {
  const page = URL.parse(pageUrl || endpoint) ?? URL.parse(endpoint.replace(/^\/*/, '/'), UNKNOWN_BASE)
  const target = page && URL.parse(link.trim(), page)
  if (!page || !target || !/^https?:$/.test(target.protocol)) return undefined
  const isPath = /^\/(?!\/)/.test(link.trim())
  if (isPath && target.pathname.length > 1 && page.pathname.endsWith(target.pathname)) {
    target.pathname = page.pathname
  }
  return target.origin === UNKNOWN_BASE ? target.pathname + target.search : target.href
}

const UNKNOWN_BASE = 'http://base.invalid'
