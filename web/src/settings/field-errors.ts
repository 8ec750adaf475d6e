interface Problem {
  /** With points between its parts. */
  path: string
  message: string
}

/**
 * The problems of a request by the field that shows them: the one whose name is the path of the problem, or the longest beginning
 * of it, as a field of JSON shows all that is wrong inside it. `others`: what no field shows.
 */
export function fieldErrors(
  problems: readonly Problem[],
  fields: readonly string[],
): { byField: Record<string, string>; others: string[] } {
  const byField: Record<string, string> = {}
  const others: string[] = []
  for (const { path, message } of problems) {
    const field = fieldOf(path, fields)
    const inside = path === field ? '' : field === undefined ? path : path.slice(field.length + 1)
    const text = inside === '' ? message : `${inside}: ${message}`
    if (field === undefined) others.push(text)
    else byField[field] = byField[field] === undefined ? text : `${byField[field]}; ${text}`
  }
  return { byField, others }
}

/** The longest name that is the path or a beginning of it. */
function fieldOf(path: string, fields: readonly string[]): string | undefined {
  return fields
    .filter((name) => path === name || path.startsWith(`${name}.`))
    .reduce<string | undefined>(
      (best, name) => (best === undefined || name.length > best.length ? name : best),
      undefined,
    )
}
