import { z } from 'zod'
import { ConnectionHeaders } from './fields.ts'
import type { Route } from './route.ts'

/** Of a request to an external API. */
export const PROXY_BODY_MAX_BYTES = 100 * 1024 * 1024

const yesOrNo = z.enum(['true', 'false']).transform((text) => text === 'true')

const route = {
  url: '/proxy/*',
  summary: "Send a request to a connection's API.",
  description:
    'Path and query after `/proxy` go to the base URL of the integration, with the credentials of the connection. Headers named `Nango-Proxy-<name>` are sent as `<name>`, and so are the headers of the body and `Idempotency-Key`; no others. The answer is that of the API, whatever its status, without cookies and without headers of the connection.',
  scope: 'operate',
  errors: [
    'unknown_integration',
    'unknown_connection',
    'invalid_credentials',
    'base_url_override_not_allowed',
    'body_too_large',
    'too_many_requests',
    'upstream_failed',
  ],
  bodyMaxBytes: PROXY_BODY_MAX_BYTES,
  rawBody: true,
  schema: {
    headers: ConnectionHeaders.extend({
      retries: z.coerce
        .number()
        .int()
        .min(0)
        .max(10)
        .default(0)
        .meta({ description: 'How often a request that failed is sent again, up to 10.', example: 3 }),
      'retry-on': z
        .string()
        .regex(/^\d{3}(,\d{3}){0,19}$/, 'must be statuses separated by commas')
        .transform((text) => text.split(',').map(Number))
        .default([])
        .describe('Statuses, separated by commas, that are worth another try beside the usual ones.'),
      'base-url-override': z
        .union([z.literal(''), z.url({ protocol: /^https?$/ }).max(2048)])
        .default('')
        .meta({
          description:
            'In place of the base URL of the integration, at a host that the integration allows. Empty: not set.',
          example: 'https://uploads.github.com',
        }),
      decompress: yesOrNo.default(false).describe('The answer is sent on decoded.'),
      'forward-headers-on-redirect': yesOrNo
        .default(false)
        .describe(
          'The headers that the client gives go to another origin too. Those of the connection never do.',
        ),
      'idempotency-key': z
        .string()
        .optional()
        .describe('Goes to the API, which decides what it means: Syncline keeps no answer of it.'),
    }),
    response: { 200: z.unknown() },
  },
} as const

const proxyGet = { ...route, method: 'GET' } as const satisfies Route
const proxyPost = { ...route, method: 'POST' } as const satisfies Route
const proxyPut = { ...route, method: 'PUT' } as const satisfies Route
const proxyPatch = { ...route, method: 'PATCH' } as const satisfies Route
const proxyDelete = { ...route, method: 'DELETE' } as const satisfies Route

export const proxyRoutes = { proxyGet, proxyPost, proxyPut, proxyPatch, proxyDelete }
export type ProxyHeaders = z.output<typeof route.schema.headers>
