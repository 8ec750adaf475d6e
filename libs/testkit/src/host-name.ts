import dns from 'node:dns'
import { namespace } from './namespace.ts'

/**
 * A host name with several addresses, like that of a scaled service, for callers of `dns.promises`. `addresses` may change
 * while it is in use. Linux has all of 127.0.0.0/8.
 */
export function hostName(addresses: string[]) {
  const name = `${namespace()}.test`
  const real = dns.promises.lookup
  const lookup = async (asked: string, options: dns.LookupOptions) =>
    asked === name ? addresses.map((address) => ({ address, family: 4 })) : real(asked, options)
  dns.promises.lookup = lookup as typeof real // of its overloads, gRPC uses the one with `all`
  return {
    name,
    addresses,
    [Symbol.dispose]() {
      dns.promises.lookup = real
    },
  }
}
