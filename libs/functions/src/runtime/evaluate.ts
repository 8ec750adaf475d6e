import { inspect } from 'node:util'
import type { Host, LogLevel } from '@syncline/sandbox'
import { builtinName, forPackages } from '../builtins.ts'
import { isSchema, type StandardSchema } from './action-schema.ts'

export const FILE = '/function.js'

interface SyncFunction {
  type: 'sync'
  models: Record<string, unknown>
  exec: (nango: unknown) => Promise<unknown>
  [key: string]: unknown
}

interface ActionFunction {
  type: 'action'
  input: StandardSchema
  output: StandardSchema
  exec: (nango: unknown, input: unknown) => unknown
  [key: string]: unknown
}

interface OnEventFunction {
  type: 'onEvent'
  event: string
  exec: (nango: unknown) => unknown
  [key: string]: unknown
}

export interface Definitions {
  sync: SyncFunction
  action: ActionFunction
  onEvent: OnEventFunction
}
export type Definition = Definitions[keyof Definitions]

/** The default export of the run's bundle. */
export function evaluate(host: Host): unknown {
  globalThis.console = loggedConsole(host)
  return host.bundle.evaluate((name) => requireBuiltin(host, name)).default
}

/** What `createSync`, `createAction` and `createOnEvent` make; no other export is accepted. */
export function typeOf(exported: unknown): keyof Definitions {
  if (exported === undefined) {
    throw new Error(
      'it has no default export; it needs `export default createSync({ … })` or `export default createAction({ … })`',
    )
  }
  if (typeof exported === 'function') {
    throw new Error(
      'its default export is a function: it needs createSync, createAction or createOnEvent, or a nango.yaml that names it',
    )
  }
  const type =
    typeof exported === 'object' && exported !== null && 'type' in exported ? exported.type : undefined
  if (type !== 'sync' && type !== 'action' && type !== 'onEvent') {
    throw new Error(
      'its default export is not the result of createSync({ … }), createAction({ … }) or createOnEvent({ … })',
    )
  }
  return type
}

export function definitionOf<Type extends keyof Definitions>(
  exported: unknown,
  wanted: Type,
): Definitions[Type] {
  const type = typeOf(exported)
  if (type !== wanted) throw new Error(`its default export is of type '${type}', not '${wanted}'`)
  const definition = exported as Record<string, unknown> // an object with a type, see above
  if (type === 'sync') checkSync(definition)
  else if (type === 'action') checkAction(definition)
  else if (typeof definition.exec !== 'function') {
    throw new Error('createOnEvent needs `exec: async (nango) => { … }`')
  }
  return definition as unknown as Definitions[Type] // the check of its type has passed
}

function checkSync({ exec, models }: Record<string, unknown>): void {
  if (typeof exec !== 'function') throw new Error('createSync needs `exec: async (nango) => { … }`')
  if (typeof models !== 'object' || models === null) {
    throw new Error('createSync needs `models: { Name: z.object({ id: z.string(), … }) }`')
  }
}

function checkAction({ exec, ...definition }: Record<string, unknown>): void {
  if (typeof exec !== 'function') throw new Error('createAction needs `exec: async (nango, input) => { … }`')
  for (const name of ['input', 'output']) {
    if (!isSchema(definition[name])) {
      throw new Error(`createAction needs \`${name}: z.object({ … })\`, or \`z.void()\` for none`)
    }
  }
}

/** A bundle contains everything that it imports, except Node's own modules. */
function requireBuiltin(host: Host, name: string): unknown {
  if (forPackages.includes(builtinName(name))) return host.require(name)
  throw new Error(`a function can't import the module '${name}'`)
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
