/** Parts of the connection config in a text with templates, or in all texts of an object. */
export function configPartsIn(value: unknown): Set<string> {
  const found = new Set<string>()
  for (const text of textsIn(value)) {
    for (const [, name = ''] of text.matchAll(/\$\{connectionConfig\.([\w.-]+)\}/g)) found.add(name)
  }
  return found
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}
