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

/**
 * The base URL of a connection. A value that comes into its host may have characters of host names only: `evil.test/` before
 * `.acme.test` would otherwise send the credentials to another host.
 */
export function connectionBaseUrl(template: string, connectionConfig: Record<string, unknown>): string {
  const [, scheme = '', hostTemplate = '', rest = ''] = /^(\w+:\/\/)([^/?#\\]*)(.*)$/s.exec(template) ?? []
  const host = interpolate(hostTemplate, connectionConfig)
  if (host !== hostTemplate && !HOST.test(host)) {
    throw new AppError(
      'invalid_body',
      `the connection_config makes '${host}' of the host in '${template}'; its values may have letters, digits, '.', '-' and '_' there`,
    )
  }
  return scheme + host + interpolate(rest, connectionConfig)
}

const HOST = /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?(:\d{1,5})?$/i

/** `${connectionConfig.<name>}` becomes the connection's value of that name. */
export function interpolate(text: string, connectionConfig: Record<string, unknown>): string {
  return text.replace(/\$\{connectionConfig\.([\w.-]+)\}/g, (_, name: string) => {
    const value = connectionConfig[name]
    if (typeof value === 'string' || typeof value === 'number') return String(value)
    throw new AppError('invalid_body', `the connection_config has no '${name}', which the integration needs`)
  })
}
