/** The filters of a screen, as its address has them: `?reason=throttled&q=acme`. */
export type TextSearch = { [name: string]: string | undefined }

export function parseSearch(text: string): TextSearch {
  return Object.fromEntries(new URLSearchParams(text))
}

export function stringifySearch(search: Record<string, unknown>): string {
  const given = Object.entries(search).filter(([, value]) => value !== undefined && value !== '')
  if (given.length === 0) return ''
  return `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`
}
