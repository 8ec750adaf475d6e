import { AppError } from '@syncline/errors'

/** The URL that a function means: a full one as it is, else the endpoint below the base URL. */
export function targetUrl(baseUrl: string, call: { endpoint: string; baseUrl?: string | undefined }): URL {
  const base = call.baseUrl ?? baseUrl
  const text = /^https?:\/\//i.test(call.endpoint) ? call.endpoint : joined(base, call.endpoint)
  if (!URL.canParse(text)) {
    throw new AppError('invalid_body', `the endpoint '${call.endpoint}' at '${base}' makes no URL`)
  }
  return new URL(text)
}

function joined(base: string, endpoint: string): string {
  if (endpoint === '' || endpoint.startsWith('?')) return base + endpoint
  return `${base.replace(/\/+$/, '')}/${endpoint.replace(/^\/+/, '')}`
}
