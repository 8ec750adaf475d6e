import { randomUUID } from 'node:crypto'
import { AppError } from '@syncline/errors'
import { alternativesIn, configPartsIn } from '@syncline/providers'

/**
 * What templates may name:
 *
 * | name | value |
 * |---|---|
 * | `${connectionConfig.<name>}` | of the connection config |
 * | `${credentials.<name>}` | of the connection's credentials, such as `apiKey` or `client_id` |
 * | `${app.<name>}` | `client_id`, `client_secret`, `private_key`, or one of the `fields` of the app credentials |
 * | `${jwt}` | the signed JWT, in a token request of `jwt` |
 * | `${refresh_token}` | in a token request |
 * | `${now}`, `${uuid}` | the Unix second; a random UUID |
 * | `${base64(<name>:<name>)}` | two values with a colon between them, for HTTP basic |
 */
export interface TemplateValues {
  connectionConfig: Record<string, unknown>
  credentials?: Record<string, unknown>
  app?: Record<string, unknown>
  jwt?: string
  refresh_token?: string | undefined
}

const PLACE = /\$\{(?:base64\(([\w.-]+):([\w.-]*)\)|([\w.-]+))\}/g

/** @throws If a value is missing: the error names it. */
export function fillTemplate(text: string, values: TemplateValues): string {
  return text.replace(PLACE, (_, user?: string, password?: string, name?: string) => {
    if (name !== undefined) return lookUp(name, values)
    const secret = password === '' ? '' : lookUp(password ?? '', values)
    return Buffer.from(`${lookUp(user ?? '', values)}:${secret}`).toString('base64')
  })
}

/** Fills the texts in a JSON value. */
export function fillTemplates<T>(value: T, values: TemplateValues): T {
  return filled(value, values) as T // only texts differ
}

function filled(value: unknown, values: TemplateValues): unknown {
  if (typeof value === 'string') return fillTemplate(value, values)
  if (Array.isArray(value)) return value.map((each) => filled(each, values))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, filled(each, values)]))
}

/**
 * Fills the template of a URL: the first of its alternatives, separated by ` || `, whose values are all set. What comes into its host must leave it a host: `evil.test/` before `.acme.test` would otherwise send the
 * secrets of the app wherever the author of a connection config wants them.
 */
export function fillUrl(text: string, values: TemplateValues): string {
  return fillAlternative(alternative(text, values), values)
}

/** The first one whose values are all set. */
function alternative(text: string, values: TemplateValues): string {
  const alternatives = alternativesIn(text)
  const [only = text, ...others] = alternatives
  if (others.length === 0) return only
  const found = alternatives.find((each) =>
    [...configPartsIn(each)].every(
      (name) => !['', undefined].includes(textOf(`connectionConfig.${name}`, values)),
    ),
  )
  if (found !== undefined) return found
  throw new AppError(
    'invalid_body',
    `the connection_config has not all values of any alternative in '${text}'`,
  )
}

function fillAlternative(text: string, values: TemplateValues): string {
  const [, scheme, host, rest] = /^(https?:\/\/)([^/?#\\]*)(.*)$/is.exec(text) ?? []
  if (scheme === undefined || host === undefined || rest === undefined) return fillTemplate(text, values)
  const filledHost = fillTemplate(host, values)
  if (filledHost !== host && !HOST.test(filledHost)) {
    throw new AppError(
      'invalid_body',
      `the values for '${scheme}${host}' cannot be parts of a host: they may have letters, digits, '.', '-' and '_' there`,
    )
  }
  return scheme + filledHost + fillTemplate(rest, values)
}

const HOST = /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?(:\d{1,5})?$/i

function lookUp(name: string, values: TemplateValues): string {
  if (name === 'now') return String(Math.floor(Date.now() / 1000))
  if (name === 'uuid') return randomUUID()
  const [root = '', ...rest] = name.split('.')
  const text = textOf(name, values)
  if (text !== undefined) return text
  const where = places[root]
  if (where === undefined) {
    throw new AppError('invalid_body', `'\${${name}}' is no name that a template may use here`)
  }
  throw new AppError(
    'invalid_body',
    `the ${where} has no '${rest.join('.') || name}', which the integration needs`,
  )
}

/** Undefined if there is no value that can be a part of a text. */
function textOf(name: string, values: TemplateValues): string | undefined {
  const [root = '', ...rest] = name.split('.')
  const group = own(values, root)
  const value = rest.length === 0 ? group : (own(group, rest.join('.')) ?? rest.reduce(own, group))
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return String(value)
  return undefined
}

const places: Record<string, string> = {
  connectionConfig: 'connection_config',
  credentials: 'credentials of the connection',
  app: 'app credentials of the integration',
  refresh_token: 'token of the connection',
}

function own(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as Record<string, unknown>)[name] // it has the name
}
