import type { Host } from '@syncline/sandbox'
import type { HostApi } from './host-api.ts'

/** Calls of the host's methods, with their types. */
export type Ask = <Name extends keyof HostApi>(
  method: Name,
  params: Parameters<HostApi[Name]>[0],
) => ReturnType<HostApi[Name]>

export function typedHost(host: Host): Ask {
  return ((method, params) => host.call(method, params)) as Ask // the runner implements HostApi
}
