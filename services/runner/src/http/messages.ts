import { z } from 'zod'

const MAX_RETRIES = 25
const HEADERS_MAX = 200
const NAMES_MAX = 100
const URL_CHARS = 64 * 1024

const headerName = z.string().regex(/^[!#$%&'*+.^_`|~0-9a-z-]+$/, 'is no name of a header')
const headerValue = z.string().regex(/^[^\0\r\n]*$/, 'a header has no line breaks')
const headers = z
  .record(headerName, headerValue)
  .refine((all) => Object.keys(all).length <= HEADERS_MAX, `more than ${HEADERS_MAX} headers`)
const body = z.union([z.object({ text: z.string() }), z.object({ base64: z.string() })]).optional()
const method = z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** A request with the connection's credentials, as a child may ask for it. */
export const HttpCall = z.object({
  method,
  endpoint: z.string().max(URL_CHARS),
  baseUrl: z.string().max(URL_CHARS).optional(),
  headers,
  body,
  retries: z.number().transform((retries) => Math.min(Math.max(0, Math.trunc(retries)), MAX_RETRIES)),
  retryOn: z.array(z.number()).max(NAMES_MAX),
  retryAfter: z.array(z.string()).max(NAMES_MAX),
  retryAt: z.array(z.string()).max(NAMES_MAX),
  binary: z.boolean(),
  keepAuthOnRedirect: z.boolean(),
})
export type HttpCall = z.infer<typeof HttpCall>

/** A request without credentials. */
export const FetchCall = z.object({ method, url: z.url().max(URL_CHARS), headers, body })
export type FetchCall = z.infer<typeof FetchCall>
