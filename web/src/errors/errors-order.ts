const sorts = ['count', 'connections', 'first_seen', 'last_seen'] as const

interface Search {
  sort: string
  order: string
}

/** The order that the address asks for; the most frequent error first, if it asks for none that there is. */
export function sortOf({ sort, order }: Search) {
  const known = sorts.find((name) => name === sort) ?? 'count'
  return { sort: known, order: order === 'asc' ? ('asc' as const) : ('desc' as const) }
}

/** The highest or newest value of a column first, then the other way round. */
export function nextSort(now: Search, by: string): Search {
  const { sort, order } = sortOf(now)
  const next = by === sort && order === 'desc' ? 'asc' : ''
  return { sort: by === 'count' ? '' : by, order: next }
}
