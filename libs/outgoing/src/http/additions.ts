import { fillTemplate } from '../template.ts'
import { type Access, templateValues } from '../tokens/access.ts'
import { authorize } from '../tokens/authorize.ts'
import { mayHaveCredentials } from './may-have-credentials.ts'

/** What a request gets beside what the function gives. */
export interface Additions {
  /** Names in lower case. What the function gives wins. */
  headers: Record<string, string>
  query: Record<string, string>
}

/** Of a request to this URL, a redirect included. Undefined: nothing may go there. */
export type AdditionsFor = (url: URL) => Additions | undefined

/**
 * Credentials and default headers of a connection's API.
 * @param warn Called for a URL that may not have them.
 */
export function additionsOf(access: Access, baseUrl: URL, warn: (text: string) => void): AdditionsFor {
  const { settings, integration } = access
  const auth = authorize(access)
  const values = templateValues(access)
  const defaults = Object.entries(settings.headers).map(([name, value]) => [
    name.toLowerCase(),
    fillTemplate(value, values),
  ])
  const additions = { headers: { ...Object.fromEntries(defaults), ...auth.headers }, query: auth.query }
  const isEmpty = Object.keys({ ...additions.headers, ...additions.query }).length === 0
  return (url) => {
    if (mayHaveCredentials(url, baseUrl, settings.allowedHosts)) return additions
    if (!isEmpty) warn(withheld(url, baseUrl, integration.key))
    return undefined
  }
}

function withheld(url: URL, baseUrl: URL, integration: string): string {
  const advice =
    url.protocol === 'https:'
      ? `If this host belongs to the API, add '${url.host}' to allowed_hosts of the integration or of its provider`
      : 'They are sent by https only'
  return `requests to ${url.origin} get neither credentials nor default headers, because the base URL of integration '${integration}' is at ${baseUrl.origin}. ${advice}`
}
