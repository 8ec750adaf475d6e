import { z } from 'zod'
import type { Route } from './route.ts'

const Health = z.object({ status: z.enum(['ok', 'failing']), checks: z.record(z.string(), z.string()) })

export const health = {
  method: 'GET',
  url: '/health',
  summary: 'Say whether the API and what it needs are healthy.',
  scope: 'none',
  schema: { response: { 200: Health, 503: Health } },
} as const satisfies Route
