import { paths } from '../api/paths.ts'

/** Where a connection is shown with its credentials and metadata, or gets new credentials. */
export function connectionPath(
  environment: string,
  {
    integration,
    connection,
    reconnect = false,
  }: { integration: string; connection: string; reconnect?: boolean },
): string {
  const query = new URLSearchParams({ integration, [reconnect ? 'reconnect' : 'open']: connection })
  return `${paths.settings(environment, 'connections')}?${query}`
}
