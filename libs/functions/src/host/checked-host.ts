import type { HostMethods } from '@syncline/sandbox'
import { type HostApi, hostApi } from './host-api.ts'

/** A host that parses the params of each call before its method gets them. */
export function checkedHost(host: HostApi): HostMethods {
  const names = Object.keys(hostApi) as (keyof HostApi)[] // the keys of a literal
  return Object.fromEntries(names.map((name) => [name, checked(name, host[name])]))
}

function checked<Name extends keyof HostApi>(name: Name, method: HostApi[Name]): HostMethods[string] {
  return async (raw, signal) => {
    const params = hostApi[name].params.safeParse(raw)
    if (params.success) return method(params.data as never, signal) // of this method: both are looked up by its name
    const { path, message } = params.error.issues[0] ?? { path: [], message: 'bad params' }
    throw new Error([name, ...(path.length > 0 ? [path.join('.')] : []), message].join(': '))
  }
}
