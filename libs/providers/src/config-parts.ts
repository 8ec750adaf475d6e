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

/** A text with what a connection has in place of its templates. Others stay. */
export function fillConfigParts(text: string, config: Record<string, unknown>): string {
  return text.replace(/\$\{connectionConfig\.([\w.-]+)\}/g, (template, name: string) => {
    const value = config[name]
    return typeof value === 'string' || typeof value === 'number' ? String(value) : template
  })
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}
