import { type HostMethod, type HostParams, hostApi } from './host-api.ts'

/** The params of a call as the host's method takes them. An error names the method, the field and the rule. */
export function parseParams<Name extends HostMethod>(name: Name, raw: unknown): HostParams[Name] {
  const params = hostApi[name].params.safeParse(raw)
  if (params.success) return params.data as HostParams[Name] // of the schema with this name
  const { path = [], message = 'the params are wrong' } = params.error.issues[0] ?? {}
  throw new Error([name, ...(path.length > 0 ? [path.join('.')] : []), message].join(': '))
}
