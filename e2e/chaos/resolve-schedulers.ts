// Preloaded (`--import`) into services: all schedulers of the proof behind one name, as a scaled service has it.
import dns from 'node:dns'

const real = dns.promises.lookup
const addresses = (process.env.CHAOS_SCHEDULERS ?? '').split(',')
const lookup = async (host: string, options: dns.LookupOptions) =>
  host === 'schedulers.test' ? addresses.map((address) => ({ address, family: 4 })) : real(host, options)
dns.promises.lookup = lookup as typeof real // of its overloads, gRPC uses the one with `all`
