import { paths } from '../api/paths.ts'

/** Where a connection is shown with its credentials and metadata. */
export const connectionPath = (environment: string, integration: string, connection: string): string =>
  `${paths.settings(environment, 'connections')}?${new URLSearchParams({ integration, connection })}`
