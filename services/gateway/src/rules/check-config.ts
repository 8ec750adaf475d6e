import type { ApiSettings } from '@syncline/catalog'
import { checkConnectionConfig } from '@syncline/providers'
import { InvalidRequest } from '../http/invalid-request.ts'

/** Refuses a connection whose config lacks what the integration needs, or could lead its credentials to another host. */
export function checkConfig(settings: ApiSettings, config: Record<string, unknown> | undefined): void {
  const issues = checkConnectionConfig(settings, config ?? {})
  if (issues.length === 0) return
  throw new InvalidRequest(
    'invalid_body',
    issues.map(({ message }) => `connection_config: ${message}`).join('; '),
    issues.map(({ path, message }) => ({ code: 'custom', message, path: ['connection_config', ...path] })),
  )
}
