// How the parts of a request are written. `undefined`, `null` and empty names never become text: they are refused here, so that
// a variable that is not set is not taken for "all".

/** The path of a URL such as `/runs/:id`, with its parameters. */
export function pathOf(url: string, params: Record<string, unknown> = {}): string {
  return url.replace(/:(\w+)/g, (_, name: string) => {
    const value = named(name, params[name])
    // A URL parser takes these two for a step in the path, however they are written.
    if (value === '.' || value === '..')
      throw new TypeError(`${name} is '${value}': the API cannot be asked for it`)
    return encodeURIComponent(value)
  })
}

/** Undefined is left out, an array is sent as a repeated parameter, an object as `name[key]`. */
export function queryString(query: Record<string, unknown> = {}): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue
    if (Array.isArray(value)) for (const item of value) params.append(name, plain(name, item))
    else if (typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value)) {
        params.append(`${name}[${key}]`, plain(`${name}.${key}`, item))
      }
    } else params.append(name, plain(name, value))
  }
  return params.size === 0 ? '' : `?${params}`
}

export function headersOf(headers: Record<string, unknown> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, plain(name, value)]))
}

/** Fields of bodies that name something. What else a body has, such as the value of a variable, may be empty. */
const names = [
  ...['provider_config_key', 'connection_id', 'model', 'variant', 'name', 'sync_name', 'sync_variant'],
  ...['unique_key', 'until_cursor', 'action_name'],
]

export function bodyText(body: unknown): string {
  if (typeof body === 'object' && body !== null) {
    for (const name of names) {
      const value: unknown = Reflect.get(body, name)
      const absent = value === undefined && !Object.hasOwn(body, name)
      if (value === undefined && name.endsWith('variant')) continue // the base sync
      if (!absent && (value === undefined || value === null || value === '')) refuse(name, value)
      if (Array.isArray(value)) for (const item of value) named(name, item)
    }
  }
  return JSON.stringify(body)
}

/** @throws TypeError unless it is a text with at least one character. */
export function named(name: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') return refuse(name, value)
  return value
}

function plain(name: string, value: unknown): string {
  const isPlain = typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string'
  if (!isPlain || value === '') return refuse(name, value)
  return String(value)
}

function refuse(name: string, value: unknown): never {
  const shown = value === '' ? 'empty' : value === null || value === undefined ? String(value) : typeof value
  const camelCase = name.replace(/[-_](\w)/g, (_, letter: string) => letter.toUpperCase())
  throw new TypeError(`${camelCase} is ${shown}: give a text that is not empty`)
}
