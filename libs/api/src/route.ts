import type { z } from 'zod'

/** One endpoint of the REST API, in the shape of Fastify's `route()`, which adds the handler. */
export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  url: string
  schema: {
    headers?: z.ZodType
    params?: z.ZodType
    querystring?: z.ZodType
    body?: z.ZodType
    response: Record<number, z.ZodType>
  }
}
