import { z } from 'zod'
import type { Route } from './route.ts'

const Health = z.object({
  status: z.enum(['ok', 'failing']).describe('`failing`: a server that the API needs does not answer.'),
  checks: z.record(z.string(), z.string()).describe('`ok`, or what is wrong, by the name of each server.'),
})

export const health = {
  method: 'GET',
  url: '/health',
  summary: 'Say whether the API and what it needs are healthy.',
  scope: 'none',
  schema: { response: { 200: Health, 503: Health } },
} as const satisfies Route

const readiness = {
  ...health,
  url: '/readyz',
  description: 'The same as `/health`, under the name that orchestrators use: 503 = send no requests here.',
} as const satisfies Route

const liveness = {
  method: 'GET',
  url: '/livez',
  summary: 'Say that the process answers.',
  description: 'Whatever it needs may be away: a restart would not help.',
  scope: 'none',
  schema: { response: { 200: z.object({ status: z.literal('ok').describe('Always `ok`.') }) } },
} as const satisfies Route

export const healthRoutes = { health, readiness, liveness }
