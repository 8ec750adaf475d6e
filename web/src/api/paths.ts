/** The addresses of the screens, with names of any characters in them. */
export const paths = {
  now: (environment: string) => path(environment, 'now'),
  syncs: (environment: string, filters?: Filters) => path(environment, 'syncs') + query(filters),
  schedule: (environment: string, { integration, connection, sync, variant = 'base' }: ScheduleName) =>
    path(environment, 'syncs', integration, connection, variant === 'base' ? sync : `${sync}::${variant}`),
  runs: (environment: string, filters?: Filters) => path(environment, 'runs') + query(filters),
  run: (environment: string, id: string) => path(environment, 'runs', id),
  records: (environment: string, filters?: Filters) => path(environment, 'records') + query(filters),
  errors: (environment: string, filters?: Filters) => path(environment, 'errors') + query(filters),
  settings: (environment: string, tab?: string) => path(environment, 'settings', ...(tab ? [tab] : [])),
}

type Filters = Record<string, string | undefined>

export interface ScheduleName {
  integration: string
  connection: string
  sync: string
  variant?: string
}

function path(...parts: string[]): string {
  return `/ui/${parts.map(encodeURIComponent).join('/')}`
}

function query(filters: Filters = {}): string {
  const given = Object.entries(filters).filter((entry): entry is [string, string] => Boolean(entry[1]))
  return given.length > 0 ? `?${new URLSearchParams(given)}` : ''
}
