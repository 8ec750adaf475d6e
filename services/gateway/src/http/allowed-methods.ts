import type { Route } from '@syncline/api'

/** The methods that routes have at a path, for `Allow`; none if there is no such path. */
export type AllowedMethods = (path: string) => string[]

export function allowedMethods(routes: Pick<Route, 'method' | 'url'>[]): AllowedMethods {
  const known = routes.map(({ method, url }) => ({ method, pattern: patternOf(url) }))
  return (path) => {
    const found = new Set<string>(
      known.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method),
    )
    if (found.has('GET')) found.add('HEAD')
    if (found.size > 0) found.add('OPTIONS')
    return [...found].sort()
  }
}

/** `:name` is one part of a path, and `*` the rest of it. */
function patternOf(url: string): RegExp {
  const parts = url.split('/').map((part) => {
    if (part === '*') return '.*'
    return part.startsWith(':') ? '[^/]+' : part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&')
  })
  return new RegExp(`^${parts.join('/')}/?$`)
}
