/** Of all files of a bundle together. What is beyond comes without its text. */
const MAX_CHARS = 256 * 1024
const MAP = /\n\/\/# sourceMappingURL=data:application\/json;base64,([A-Za-z0-9+/=]+)\s*$/

interface SourceMap {
  sources: string[]
  sourcesContent?: (string | null)[]
}

/**
 * Keeps in the source map of a bundle the texts of its author's own files, by which people are shown the line that threw. Texts of
 * packages and of our definitions are left out.
 */
export function withOwnSources(bundle: string): string {
  const [found, encoded = ''] = MAP.exec(bundle) ?? []
  if (found === undefined) return bundle
  const map: SourceMap = JSON.parse(Buffer.from(encoded, 'base64').toString())
  let left = MAX_CHARS
  map.sourcesContent = map.sources.map((name, i) => {
    const text = map.sourcesContent?.[i]
    const isOwn = !/(^|\/)node_modules\/|^syncline:/.test(name)
    if (typeof text !== 'string' || !isOwn || text.length > left) return null
    left -= text.length
    return text
  })
  const url = Buffer.from(JSON.stringify(map)).toString('base64')
  return `${bundle.slice(0, -found.length)}\n//# sourceMappingURL=data:application/json;base64,${url}\n`
}
