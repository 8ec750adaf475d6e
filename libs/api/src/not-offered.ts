import { z } from 'zod'
import type { Route } from './route.ts'

const Any = z.unknown()

/** What clients of other engines may ask for and Syncline does not have: the answer says what to do instead. */
const route = <const Method extends Route['method'], const Url extends string>(
  method: Method,
  url: Url,
  summary: string,
) =>
  ({
    method,
    url,
    summary,
    description: 'Not offered: the answer says what to do instead.',
    scope: 'read',
    errors: ['not_offered'],
    deprecated: true,
    schema: { ...(method !== 'DELETE' && { body: Any }), response: { 200: Any } },
  }) as const satisfies Route

export const notOfferedRoutes = {
  deployCompiled: route('POST', '/sync/deploy', 'Deploy syncs that were compiled for another engine.'),
  confirmCompiled: route('POST', '/sync/deploy/confirmation', 'See what such a deployment would change.'),
  createConnectSession: route('POST', '/connect/sessions', 'Begin a session of a hosted login page.'),
  updateConnectSession: route('PATCH', '/connect/sessions', 'Change a session of a hosted login page.'),
  deleteConnectSession: route('DELETE', '/connect/sessions', 'End a session of a hosted login page.'),
  reconnectSession: route('POST', '/connect/sessions/reconnect', 'Begin a session that renews credentials.'),
  quickstartIntegration: route(
    'POST',
    '/integrations/quickstart',
    'Register an API with shared credentials.',
  ),
}
