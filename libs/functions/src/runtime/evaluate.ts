import { inspect } from 'node:util'
import type { Host, LogLevel } from '@syncline/sandbox'
import { builtinName, forPackages } from '../builtins.ts'

export const FILE = '/function.js'

export interface Definition {
  type: 'sync'
  models: Record<string, unknown>
  exec: (nango: unknown) => Promise<unknown>
  [key: string]: unknown
}

/** The default export of the run's bundle. Only `createSync` makes one that is accepted. */
export function evaluate(host: Host): Definition {
  globalThis.console = loggedConsole(host)
  return checked(host.bundle.evaluate((name) => requireBuiltin(host, name)).default)
}

function checked(exported: unknown): Definition {
  if (exported === undefined)
    throw new Error('it has no default export; it needs `export default createSync({ … })`')
  const type =
    typeof exported === 'object' && exported !== null && 'type' in exported ? exported.type : undefined
  if (type === 'action' || type === 'onEvent') {
    throw new Error(`its default export is of type '${type}'; only syncs, made by createSync, run here`)
  }
  if (type !== 'sync') throw new Error('its default export is not the result of createSync({ … })')
  const definition = exported as Record<string, unknown> // an object with `type: 'sync'`, see above
  if (typeof definition.exec !== 'function')
    throw new Error('createSync needs `exec: async (nango) => { … }`')
  if (typeof definition.models !== 'object' || definition.models === null) {
    throw new Error('createSync needs `models: { Name: z.object({ id: z.string(), … }) }`')
  }
  return definition as Definition
}

/** A bundle contains everything that it imports, except Node's own modules. */
function requireBuiltin(host: Host, name: string): unknown {
  if (forPackages.includes(builtinName(name))) return host.require(name)
  throw new Error(`a sync function can't import the module '${name}'`)
}

/** What a function prints goes to the run's log at level debug. */
function loggedConsole(host: Host): Console {
  const print =
    (level: LogLevel) =>
    (...values: unknown[]) =>
      host.log(level, values.map((value) => (typeof value === 'string' ? value : inspect(value))).join(' '))
  const debug = print('debug')
  return { ...console, debug, log: debug, info: debug, trace: debug, warn: debug, error: debug, dir: debug }
}
