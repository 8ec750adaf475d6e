interface Link {
  target: string
  /** In lower case. */
  rels: string[]
  /** It is a link of something else than the page. */
  isOfOther: boolean
}

/**
 * The target of a relation in a `Link` header (RFC 8288), which may be several headers joined by commas:
 * `<https://…?page=2>; rel="next"`
 */
export function linkIn(header: string | undefined, rel: string): string | undefined {
  const found = linksIn(header ?? '').filter(({ rels }) => rels.includes(rel.toLowerCase()))
  return (found.find(({ isOfOther }) => !isOfOther) ?? found[0])?.target
}

/** All relations that a `Link` header names. */
export function relsIn(header: string | undefined): string[] {
  return linksIn(header ?? '').flatMap(({ rels }) => rels)
}

/** What is not a link is skipped: it must not hide the links after it. */
function linksIn(header: string): Link[] {
  const links: Link[] = []
  for (let at = header.indexOf('<'); at !== -1; at = header.indexOf('<', at)) {
    const end = header.indexOf('>', at)
    if (end === -1) break
    const target = header.slice(at + 1, end).trim()
    const parameters = new Map<string, string>()
    at = readParameters(header, end + 1, parameters)
    const rels = (parameters.get('rel') ?? '').toLowerCase().split(/\s+/).filter(Boolean)
    links.push({ target, rels, isOfOther: parameters.has('anchor') })
  }
  return links
}

/** `; name=value; name="value"; name`, up to a comma. Of two parameters with one name the first counts. */
const PARAMETER = /\s*;\s*([^\s=;,]*)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|'([^',;]*)'|([^;,]*)))?/suy

function readParameters(header: string, start: number, parameters: Map<string, string>): number {
  PARAMETER.lastIndex = start
  let at = start
  for (let match = PARAMETER.exec(header); match; match = PARAMETER.exec(header)) {
    const [, name = '', quoted, single, token = ''] = match
    const value = quoted?.replace(/\\(.)/gs, '$1') ?? single ?? token.trim()
    if (!parameters.has(name.toLowerCase())) parameters.set(name.toLowerCase(), value)
    at = PARAMETER.lastIndex
  }
  return at
}
