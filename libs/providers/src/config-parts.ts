/** What a template of a URL has behind each other: `https://${connectionConfig.host} || https://acme.example`. */
export const alternativesIn = (url: string): string[] => url.split(/\s*\|\|\s*/)

/** Parts of the connection config in a text with templates, or in all texts of an object. */
export function configPartsIn(value: unknown): Set<string> {
  const templates = textsIn(value).flatMap((text) => text.match(/\$\{[^}]*\}/g) ?? [])
  const parts = templates.flatMap((template) => [...template.matchAll(/connectionConfig\.([\w.-]+)/g)])
  return new Set(parts.map(([, name = '']) => name))
}

/** Templates of a text that name something else than the connection config. */
export function otherTemplatesIn(text: string): string[] {
  return text.match(/\$\{(?!connectionConfig\.[\w.-]+\})[^}]*\}?/g) ?? []
}

/** All texts of an object. */
export function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}
