type Given = Record<string, string | string[] | undefined>

const PREFIX = 'nango-proxy-'
const OF_THE_BODY = ['content-type', 'content-encoding', 'content-language']

/** What a client's request sends to the API: `Nango-Proxy-<name>` as `<name>`, and what describes the body. */
export function sentHeaders(given: Given, decompress: boolean): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const name of OF_THE_BODY) {
    const value = given[name]
    if (typeof value === 'string') headers[name] = value
  }
  // The answer goes to the client as it is, so it must be able to decode it.
  if (!decompress) headers['accept-encoding'] = String(given['accept-encoding'] ?? 'identity')
  for (const [name, value] of Object.entries(given)) {
    if (!name.startsWith(PREFIX) || name === PREFIX || value === undefined) continue
    headers[name.slice(PREFIX.length)] = [value].flat().join(', ')
  }
  return headers
}

/** Of one connection, or about our own origin: cookies, and rules for browsers. */
const NOT_PASSED = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'set-cookie',
  'set-cookie2',
  'strict-transport-security',
  'alt-svc',
  'clear-site-data',
  'public-key-pins',
  'x-request-id',
]

/** What a client gets of the headers of an API's answer. The API's own request id is `x-upstream-request-id`. */
export function passedHeaders(given: Record<string, string>, isDecoded: boolean): Record<string, string> {
  const named = (given.connection ?? '').split(',').map((name) => name.trim().toLowerCase())
  const dropped = new Set([
    ...NOT_PASSED,
    ...named,
    ...(isDecoded ? ['content-encoding', 'content-length'] : []),
  ])
  const kept = Object.entries(given).filter(
    ([name]) => !dropped.has(name) && !name.startsWith('access-control-'),
  )
  const id = given['x-request-id']
  return { ...Object.fromEntries(kept), ...(id !== undefined && { 'x-upstream-request-id': id }) }
}
