import type { LookupAddress, lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'

/** What IANA gives out to be reached from anywhere: no private, loopback, link-local, metadata or translated ranges. */
export function isPublic(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.process(address)
  if (parsed.range() !== 'unicast') return false
  return parsed.kind() === 'ipv4' || parsed.match(GLOBAL_IPV6)
}

const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3')

export class AddressRefused extends Error {
  readonly code = 'url_not_allowed'

  constructor(host: string, address = host) {
    const resolved = address === host ? '' : ` (${address})`
    super(
      `the host '${host}'${resolved} is not a public address: sync functions may not call it, unless the runner's EGRESS_ALLOW_HOSTS names it`,
    )
  }
}

/** For connecting: the address that was checked is the one that is used, so a name can't change its mind in between. */
export const publicOnly =
  (resolve: typeof lookup): LookupFunction =>
  (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      const [first] = addresses ?? []
      const refused = addresses?.find(({ address }) => !isPublic(address))
      if (error) callback(error, '')
      else if (refused) callback(new AddressRefused(hostname, refused.address), '')
      else if (options.all) callback(null, addresses)
      else callback(null, first?.address ?? '', first?.family)
    })
  }
