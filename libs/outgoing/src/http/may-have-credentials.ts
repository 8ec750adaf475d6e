/**
 * Credentials go to the origin of the base URL, and to hosts that the integration names as `host`, `host:port` or `*.domain`. A
 * host without a port means the usual port of the scheme. These hosts get them by https only, unless the base URL itself is
 * http on that host.
 */
export function mayHaveCredentials(url: URL, baseUrl: URL, allowedHosts: string[]): boolean {
  if (url.origin === baseUrl.origin) return true
  const isSecret =
    url.protocol === 'https:' || (baseUrl.protocol === 'http:' && url.hostname === baseUrl.hostname)
  return isSecret && allowedHosts.some((pattern) => matches(pattern, url))
}

function matches(pattern: string, url: URL): boolean {
  const [, wildcard, host] = /^(\*\.)?(.+)$/.exec(pattern) ?? []
  const text = `${url.protocol}//${host}`
  if (!URL.canParse(text)) return false
  const allowed = new URL(text) // as `url` is: lower case, no usual port
  if (allowed.port !== url.port) return false
  return wildcard ? url.hostname.endsWith(`.${allowed.hostname}`) : url.hostname === allowed.hostname
}
