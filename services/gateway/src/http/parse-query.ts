type Value = string | string[] | { [name: string]: Value }

/**
 * `a=1`, `a=1&a=2` and `a[]=1` (a list), `a[b]=1` (an object). Names are kept as they were sent: objects have no prototype, so that
 * `__proto__` and `constructor` are names like others. What is nested deeper is a name of its own, which no schema has.
 */
export function parseQuery(text: string): { [name: string]: Value } {
  const query: { [name: string]: Value } = Object.create(null)
  for (const [name, value] of new URLSearchParams(text)) {
    const [, outer, inner] = /^([^[\]]+)\[([^[\]]*)\]$/.exec(name) ?? []
    if (outer === undefined) add(query, name, value)
    else if (inner === '' || inner === undefined || /^\d{1,3}$/.test(inner)) add(query, outer, [value])
    else add(objectIn(query, outer), inner, value)
  }
  return query
}

function add(to: { [name: string]: Value }, name: string, value: string | string[]): void {
  const present = to[name]
  if (present === undefined) to[name] = value
  else if (Array.isArray(present)) present.push(...[value].flat())
  else if (typeof present === 'string') to[name] = [present, ...[value].flat()]
  // Both `a[b]=1` and `a=1`: a list of the two, which no schema takes.
  else to[name] = ['', ...[value].flat()]
}

function objectIn(query: { [name: string]: Value }, name: string): { [name: string]: Value } {
  const present = query[name]
  if (typeof present === 'object' && !Array.isArray(present)) return present
  const made: { [name: string]: Value } = Object.create(null)
  if (present !== undefined) made[''] = present
  query[name] = made
  return made
}
