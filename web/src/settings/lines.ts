import type { CreateConnection, UpdateConnection } from './connection-form.ts'
import type { CreateIntegration, UpdateIntegration } from './integration-form.ts'

// The command lines that do the same as the forms, as arguments of `syncline`. Secrets never stand in them: a value that begins
// with @ is read from a file of that name.

type Arguments = string[]

/** What the CLI has options for; the others go into `--settings`. */
export function integrationCreateLine({ unique_key, provider, ...body }: CreateIntegration): Arguments {
  const {
    base_url,
    auth,
    headers = {},
    allowed_hosts = [],
    concurrency,
    weight,
    credentials,
    ...others
  } = body
  const authText = shortAuth(auth)
  const { client_id, client_secret, ...secrets } = credentials ?? {}
  const settings = {
    ...others,
    ...(auth && authText === undefined && { auth }),
    ...(Object.keys(secrets).length > 0 && { credentials: masked({ client_id, client_secret, ...secrets }) }),
  }
  const app = Object.keys(secrets).length > 0 ? {} : { client_id, client_secret }
  return [
    ...['integration', 'create', unique_key],
    ...(provider !== unique_key ? ['--provider', provider] : []),
    ...option('--base-url', base_url),
    ...option('--auth', authText),
    ...Object.entries(headers).flatMap(([name, value]) => ['--header', `${name}: ${value}`]),
    ...allowed_hosts.flatMap((host) => ['--allow-host', host]),
    ...option('--client-id', app.client_id),
    ...(app.client_secret === undefined ? [] : ['--client-secret', '@client-secret']),
    ...option('--concurrency', concurrency),
    ...option('--weight', weight),
    ...settingsOption(settings),
  ]
}

export function integrationUpdateLine(key: string, body: UpdateIntegration): Arguments {
  const { credentials, ...others } = body
  const settings = {
    ...others,
    ...(credentials !== undefined && { credentials: credentials && masked(credentials) }),
  }
  return ['integration', 'update', key, ...settingsOption(settings)]
}

export const integrationDeleteLine = (key: string): Arguments => ['integration', 'delete', key]

export const verifyLine = (key: string, connection: string): Arguments => [
  'integration',
  'verify',
  key,
  connection,
]

export function connectionCreateLine(body: CreateConnection, verify: boolean): Arguments {
  const { provider_config_key, connection_id, metadata, connection_config, tags = {}, end_user } = body
  return [
    ...['connection', 'create', provider_config_key],
    ...(connection_id === undefined ? [] : [connection_id]),
    ...credentialOptions(body.credentials),
    ...(verify ? ['--verify'] : []),
    ...json('--metadata', metadata),
    ...json('--config', connection_config),
    ...Object.entries(tags).flatMap(([name, value]) => ['--tag', `${name}=${value}`]),
    ...json('--end-user', end_user),
  ]
}

export function connectionUpdateLine(
  integration: string,
  connection: string,
  body: UpdateConnection,
): Arguments {
  const { tags, end_user, webhook_url_override } = body
  const given = Object.entries(tags ?? {})
  return [
    ...['connection', 'update', integration, connection],
    ...(tags !== undefined && given.length === 0 ? ['--no-tags'] : []),
    ...given.flatMap(([name, value]) => ['--tag', `${name}=${value}`]),
    ...json('--end-user', end_user),
    ...option('--webhook-url', webhook_url_override),
  ]
}

export const connectionDeleteLine = (integration: string, connection: string): Arguments => [
  ...['connection', 'delete', integration, connection],
]

export const metadataSetLine = (integration: string, connection: string, metadata: object): Arguments => [
  ...['metadata', 'set', integration, connection, JSON.stringify(metadata)],
]

export const variableSetLine = (name: string): Arguments => ['variable', 'set', name || '<name>', '@value']
export const variableDeleteLine = (name: string): Arguments => ['variable', 'delete', name]

export interface Limits {
  max_runs?: number | null
  weight?: number | null
  validate?: string | null
}

export function limitsLine(environment: string, { max_runs, weight, validate }: Limits): Arguments {
  return [
    ...['env', 'limits', environment],
    ...option('--max-runs', max_runs === null ? 'none' : max_runs),
    ...option('--weight', weight === null ? 1 : weight),
    ...option('--validate', validate === null ? 'default' : validate),
  ]
}

export interface NewKey {
  label: string
  scopes?: string[] | undefined
  connection?: { provider_config_key: string; connection_id: string } | undefined
  expires_at?: string | undefined
}

export function keyCreateLine(
  environment: string,
  { label, scopes, connection, expires_at }: NewKey,
): Arguments {
  return [
    ...['key', 'create', '--env', environment, '--label', label],
    ...option('--scopes', scopes?.join(',')),
    ...(connection ? ['--connection', connection.provider_config_key, connection.connection_id] : []),
    ...option('--expires', expires_at),
  ]
}

export function keyRotateLine(environment: string, id: string, overlapSeconds: number): Arguments {
  const overlap =
    overlapSeconds === 0 ? ['--immediately'] : ['--overlap-hours', String(Math.round(overlapSeconds / 3600))]
  return ['key', 'rotate', id, '--env', environment, ...overlap]
}

export interface KeyChanges {
  label?: string
  scopes?: string[]
  expires_at?: string | null
}

export const keyUpdateLine = (
  environment: string,
  id: string,
  { label, scopes, expires_at }: KeyChanges,
): Arguments => [
  ...['key', 'update', id, '--env', environment],
  ...option('--label', label),
  ...option('--scopes', scopes?.join(',')),
  ...option('--expires', expires_at === null ? 'never' : expires_at),
]

export const keyRevokeLine = (environment: string, id: string): Arguments => [
  ...['key', 'revoke', id, '--env', environment],
]

export const userCreateLine = (environment: string, name: string, scopes: string[]): Arguments => [
  ...[
    'user',
    'create',
    name,
    '--env',
    environment,
    '--scopes',
    scopes.join(','),
    '--password-file',
    'password',
  ],
]
export const userUpdateLine = (environment: string, name: string, scopes: string[]): Arguments => [
  ...['user', 'update', name, '--env', environment, '--scopes', scopes.join(',')],
]
export const userPasswordLine = (environment: string, name: string): Arguments => [
  ...['user', 'password', name, '--env', environment, '--password-file', 'password'],
]
export const userDeleteLine = (environment: string, name: string): Arguments => [
  ...['user', 'delete', name, '--env', environment],
]

function credentialOptions(credentials: CreateConnection['credentials']): Arguments {
  switch (credentials.type) {
    case 'NONE':
      return []
    case 'API_KEY':
      return ['--api-key', '@api-key']
    case 'BASIC':
      return ['--basic', '@user-and-password']
    case 'OAUTH2':
      return Object.keys(credentials).length === 2
        ? ['--access-token', '@access-token']
        : ['--credentials', '@credentials.json']
    default:
      return ['--credentials', '@credentials.json']
  }
}

function shortAuth(auth: CreateIntegration['auth']): string | undefined {
  switch (auth?.type) {
    case 'none':
    case 'bearer':
    case 'basic':
      return auth.type
    case 'query':
      return `query:${auth.name}`
    case 'header':
      return auth.prefix ? undefined : `header:${auth.name}`
    default:
      return undefined
  }
}

function masked(secrets: object): object {
  const given = Object.entries(secrets).filter(([, value]) => value !== undefined)
  return Object.fromEntries(
    given.map(([name, value]) => [name, typeof value === 'string' ? '…' : masked(Object(value))]),
  )
}

const option = (name: string, value: string | number | undefined): Arguments =>
  value === undefined ? [] : [name, String(value)]
const json = (name: string, value: object | undefined): Arguments =>
  value === undefined ? [] : [name, JSON.stringify(value)]
const settingsOption = (settings: object): Arguments =>
  Object.keys(settings).length === 0 ? [] : ['--settings', JSON.stringify(settings)]
