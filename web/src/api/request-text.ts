interface Parts {
  params?: Record<string, unknown>
  query?: Record<string, unknown>
  headers?: Record<string, string>
  body?: unknown
}

/** A request as it is sent. A value that is absent, or an empty text in the query, is left away; lists are joined by commas. */
export function requestText(url: string, { params = {}, query = {}, headers = {}, body }: Parts) {
  const path = url.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])))
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === '') continue
    if (Array.isArray(value)) search.set(name, value.join(','))
    else if (typeof value === 'object')
      for (const [key, text] of Object.entries(value)) search.set(`${name}[${key}]`, String(text))
    else search.set(name, String(value))
  }
  return {
    path: search.size > 0 ? `${path}?${search}` : path,
    headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  }
}
