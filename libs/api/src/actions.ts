import { z } from 'zod'
import { ActionName, ConnectionHeaders, NoQuery } from './fields.ts'
import type { Route } from './route.ts'

const flag = z
  .enum(['true', 'false', '1', '0'], 'must be true or false')
  .transform((text) => text === 'true' || text === '1')

/** Any JSON: what the function of the action returned. */
const Output = z.unknown().meta({ description: 'What the action returned', example: { id: '42' } })

export const ActionAccepted = z.object({
  id: z.uuid().describe('Id of the call.'),
  statusUrl: z.string().describe('Where its result will be, below the host of the API.'),
})
export type ActionAccepted = z.infer<typeof ActionAccepted>

const failures = [
  ...(['invalid_action_input', 'action_failed', 'script_http_error'] as const),
  ...(['action_timed_out', 'in_doubt'] as const),
]

const triggerAction = {
  method: 'POST',
  url: '/action/trigger',
  summary: 'Call an action of a connection.',
  description:
    'Answers with what the action returned. With `X-Async: true` it answers 202 at once, and the result is at `statusUrl` for a day. A synchronous action is begun once at most; after `in_doubt` it may have taken effect. `X-Max-Retries` repeats an asynchronous one that fails, or whose runner dies.',
  scope: 'operate',
  errors: ['unknown_integration', 'unknown_connection', 'unknown_action', ...failures, 'unavailable'],
  schema: {
    querystring: NoQuery,
    headers: ConnectionHeaders.extend({
      'x-async': flag.optional().describe('true: answer 202 at once, and keep the result for a day.'),
      'x-max-retries': z.coerce
        .number()
        .int()
        .min(0)
        .max(5)
        .optional()
        .describe('How often an asynchronous call that fails is repeated, from 0 to 5; 0 when absent.'),
    }),
    body: z.object({
      action_name: ActionName,
      input: z
        .unknown()
        .optional()
        .meta({ description: 'What the action takes: any JSON that fits its input schema.' }),
    }),
    response: { 200: Output, 202: ActionAccepted },
  },
} as const satisfies Route

const getActionResult = {
  method: 'GET',
  url: '/action/:id',
  summary: 'Get the result of an asynchronous action.',
  description:
    '404 until it has ended, and after a day. One that failed gives the error that a synchronous call gives.',
  scope: 'operate',
  errors: ['not_found', ...failures],
  schema: {
    querystring: NoQuery,
    params: z.object({ id: z.uuid().describe('Id that the call was answered with.') }),
    response: { 200: Output },
  },
} as const satisfies Route

export const actionRoutes = { triggerAction, getActionResult }
