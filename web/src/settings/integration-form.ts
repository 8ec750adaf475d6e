import type { ClientRequest, Integration, RouteAt } from '@syncline/api'
import { jsonText, readJsonObject } from './json-text.ts'

export type CreateIntegration = ClientRequest<RouteAt<'POST', '/integrations'>>['body']
export type UpdateIntegration = NonNullable<
  ClientRequest<RouteAt<'PATCH', '/integrations/:uniqueKey'>>['body']
>
type App = NonNullable<CreateIntegration['credentials']>

/** Short forms of auth. `json`: any other, written as the API has it. */
export const authKinds = ['provider', 'none', 'bearer', 'basic', 'header', 'query', 'json'] as const
export type AuthKind = (typeof authKinds)[number]

/** What the fields of the form hold. Empty: not set, so the provider's value counts. */
export interface IntegrationForm extends AppForm {
  unique_key: string
  provider: string
  display_name: string
  base_url: string
  authKind: AuthKind
  authName: string
  authPrefix: string
  /** JSON. */
  auth: string
  headers: { name: string; value: string }[]
  allowed_hosts: string[]
  budgetRequests: string
  budgetPer: string
  budgetKey: string
  concurrency: string
  weight: string
  verifyMethod: 'GET' | 'POST'
  verifyPath: string
  consistency_lag: string
  expose_tokens: '' | 'true' | 'false'
  /** JSON. */
  pagination: string
  /** JSON. */
  retry: string
  /** JSON. */
  connection_config: string
}

/** Of the customer's own app at the vendor. These fields are never filled from an answer. */
interface AppForm {
  client_id: string
  client_secret: string
  private_key: string
  callback_secret: string
  scopes: string
  /** JSON: other secrets by name. */
  fields: string
}

const emptyApp: AppForm = {
  ...{ client_id: '', client_secret: '', private_key: '', callback_secret: '', scopes: '', fields: '' },
}

export const emptyIntegration: IntegrationForm = {
  ...{ unique_key: '', provider: '', display_name: '', base_url: '' },
  ...{ authKind: 'provider', authName: '', authPrefix: '', auth: '' },
  ...{ headers: [], allowed_hosts: [], budgetRequests: '', budgetPer: '', budgetKey: 'connection' },
  ...{ concurrency: '', weight: '', verifyMethod: 'GET', verifyPath: '', consistency_lag: '' },
  ...{ expose_tokens: '', pagination: '', retry: '', connection_config: '' },
  ...emptyApp,
}

/** Names of the fields of the API that a field of the form shows the problems of. */
export const integrationFields = [
  ...(['unique_key', 'provider', 'display_name', 'base_url', 'auth', 'auth.name', 'auth.prefix'] as const),
  ...(['headers', 'allowed_hosts', 'budget.requests', 'budget.per', 'budget.key'] as const),
  ...(['concurrency', 'weight', 'verify.path', 'consistency_lag', 'expose_tokens'] as const),
  ...(['pagination', 'retry', 'connection_config'] as const),
  ...(Object.keys(emptyApp) as (keyof AppForm)[]).map((name) => `credentials.${name}` as const),
] as const

export function integrationForm(it: Integration): IntegrationForm {
  const { auth, budget, verify } = it
  const isPlain =
    verify === undefined || Object.keys(verify).every((name) => name === 'method' || name === 'path')
  return {
    ...emptyIntegration,
    unique_key: it.unique_key,
    provider: it.provider,
    display_name: it.display_name,
    base_url: it.base_url ?? '',
    ...authFields(auth),
    headers: Object.entries(it.headers).map(([name, value]) => ({ name, value })),
    allowed_hosts: [...it.allowed_hosts],
    ...(budget && {
      budgetRequests: String(budget.requests),
      budgetPer: budget.per,
      budgetKey: budget.key ?? 'connection',
    }),
    concurrency: it.concurrency === null ? '' : String(it.concurrency),
    weight: it.weight === 1 ? '' : String(it.weight),
    ...(verify && isPlain && { verifyMethod: verify.method ?? 'GET', verifyPath: verify.path }),
    consistency_lag: it.consistency_lag ?? '',
    expose_tokens: it.expose_tokens === undefined ? '' : it.expose_tokens ? 'true' : 'false',
    pagination: jsonText(it.pagination),
    retry: jsonText(it.retry),
    connection_config: jsonText(it.connection_config),
  }
}

function authFields(
  auth: Integration['auth'],
): Pick<IntegrationForm, 'authKind' | 'authName' | 'authPrefix' | 'auth'> {
  const none = { authName: '', authPrefix: '', auth: '' }
  switch (auth.type) {
    case 'none':
    case 'bearer':
    case 'basic':
      return { ...none, authKind: auth.type }
    case 'header':
      return { ...none, authKind: 'header', authName: auth.name, authPrefix: auth.prefix ?? '' }
    case 'query':
      return { ...none, authKind: 'query', authName: auth.name }
    default:
      return { ...none, authKind: 'json', auth: jsonText(auth) }
  }
}

/** Problems by field, found before anything is sent; or what to send. */
export type Read<Body> = { problems: Record<string, string> } | { body: Body }

export function createBody(form: IntegrationForm): Read<CreateIntegration> {
  const { problems, settings, credentials } = settingsOf(form)
  if (Object.keys(problems).length > 0) return { problems }
  const { unique_key } = form
  const body = {
    unique_key,
    provider: form.provider || unique_key,
    ...present(settings),
    ...present({ credentials }),
  }
  return { body: body as CreateIntegration } // the API checks it
}

/** Only what was changed: a field that was emptied becomes null, which is the provider's value. */
export function updateBody(before: IntegrationForm, after: IntegrationForm): Read<UpdateIntegration> {
  const { problems, settings, credentials } = settingsOf(after)
  if (Object.keys(problems).length > 0) return { problems }
  const old = settingsOf(before).settings
  const changed = Object.entries(settings).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(old[name]),
  )
  const body = Object.fromEntries(changed.map(([name, value]) => [name, value ?? null]))
  // A name for people can't be taken away.
  if (body.display_name === null) delete body.display_name
  if (after.unique_key !== before.unique_key) body.unique_key = after.unique_key
  // They replace the app as a whole.
  if (credentials) body.credentials = credentials
  return { body }
}

function settingsOf(form: IntegrationForm) {
  const problems: Record<string, string> = {}
  const json = (name: 'auth' | 'pagination' | 'retry' | 'connection_config') => {
    const read = readJsonObject(form[name])
    if ('value' in read) return read.value
    problems[name] = read.problem
    return undefined
  }
  const headers = form.headers.filter(({ name, value }) => name !== '' || value !== '')
  const settings: Record<string, unknown> = {
    display_name: text(form.display_name),
    base_url: text(form.base_url),
    auth: form.authKind === 'json' ? json('auth') : authOf(form),
    headers:
      headers.length === 0 ? undefined : Object.fromEntries(headers.map(({ name, value }) => [name, value])),
    allowed_hosts: form.allowed_hosts.length === 0 ? undefined : form.allowed_hosts,
    budget:
      form.budgetRequests === ''
        ? undefined
        : {
            requests: Number(form.budgetRequests),
            per: text(form.budgetPer) ?? '1s',
            key: text(form.budgetKey) ?? 'connection',
          },
    concurrency: count(form.concurrency),
    weight: count(form.weight),
    verify: form.verifyPath === '' ? undefined : { method: form.verifyMethod, path: form.verifyPath },
    consistency_lag: text(form.consistency_lag),
    expose_tokens: form.expose_tokens === '' ? undefined : form.expose_tokens === 'true',
    pagination: json('pagination'),
    retry: json('retry'),
    connection_config: json('connection_config'),
  }
  const { problem, credentials } = appOf(form)
  if (problem !== undefined) problems['credentials.fields'] = problem
  return { problems, settings, credentials }
}

function authOf({ authKind, authName, authPrefix }: IntegrationForm): object | undefined {
  switch (authKind) {
    case 'header':
      return { type: authKind, name: authName, ...(authPrefix !== '' && { prefix: authPrefix }) }
    case 'query':
      return { type: authKind, name: authName }
    case 'none':
    case 'bearer':
    case 'basic':
      return { type: authKind }
    default:
      return undefined
  }
}

/** Absent if nothing is given. */
function appOf(form: AppForm): { problem?: string; credentials?: App } {
  const { client_id, client_secret, private_key, callback_secret, scopes } = form
  const texts = { client_id, client_secret, private_key, callback_secret, scopes }
  const given = Object.entries(texts).filter(([, value]) => value !== '')
  const read = readJsonObject(form.fields)
  if ('problem' in read) return { problem: read.problem }
  if (given.length === 0 && read.value === undefined) return {}
  // The API checks that the fields are texts.
  return { credentials: { ...Object.fromEntries(given), ...(read.value && { fields: read.value }) } as App }
}

const text = (value: string): string | undefined => (value.trim() === '' ? undefined : value.trim())
const count = (value: string): number | undefined => (value.trim() === '' ? undefined : Number(value))

function present(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}
