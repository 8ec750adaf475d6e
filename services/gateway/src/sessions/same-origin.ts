import type { IncomingHttpHeaders } from 'node:http'
import { AppError } from '@syncline/errors'

/** What HTTP says of a request. */
export interface HttpFacts {
  raw: { headers: IncomingHttpHeaders }
  /** As the client or a proxy that is trusted says it. */
  host: string
}

/**
 * Refuses what a page of another site has sent. Browsers say where a request comes from, and scripts cannot change it: with
 * `Sec-Fetch-Site` over TLS and on this machine, else with `Origin` where it is from another site.
 */
export function checkSameOrigin({ raw: { headers }, host }: HttpFacts): void {
  const site = headers['sec-fetch-site']
  if (site === 'same-origin') return
  const { origin } = headers
  const isForeign = site === undefined ? origin !== undefined && hostOf(origin) !== host : site !== 'none'
  if (isForeign)
    throw new AppError(
      'forbidden',
      'this request comes from a page of another site, and a session is for its own pages',
    )
}

function hostOf(origin: string): string | undefined {
  return URL.parse(origin)?.host
}
