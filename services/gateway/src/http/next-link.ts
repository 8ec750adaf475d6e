import { Answer } from './answer.ts'

/** A page, with a `Link` header to the next one (RFC 8288) if there is one: the same request with another cursor. */
export function page<Body extends { next_cursor: string | null }>(
  path: string,
  query: Record<string, unknown>,
  body: Body,
): Answer<200, Body> {
  return new Answer(200, body, nextLink(path, query, body.next_cursor))
}

/** `query` as it was parsed: what it lists is written with commas, and a map as `name[key]`. */
export function nextLink(
  path: string,
  query: Record<string, unknown>,
  cursor: string | null,
): Record<string, string> {
  if (cursor === null) return {}
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries({ ...query, cursor })) {
    if (value === undefined) continue
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      for (const [key, part] of Object.entries(value)) params.append(`${name}[${key}]`, String(part))
    } else {
      params.append(name, Array.isArray(value) ? value.map(text).join(',') : String(value))
    }
  }
  return { link: `<${path}?${params}>; rel="next"` }
}

/** Of a list: a word, or a sync. */
function text(item: unknown): string {
  if (typeof item !== 'object' || item === null) return String(item)
  const { name, variant } = item as { name: string; variant: string }
  return `${name}::${variant}`
}
