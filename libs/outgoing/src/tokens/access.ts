import {
  type ApiSettings,
  type AppCredentials,
  type AuthScheme,
  type Catalog,
  type Connection,
  type Credentials,
  type Integration,
  type Keyring,
  openApp,
  openCredentials,
  openToken,
  type Token,
} from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import { settingsOf } from '@syncline/providers'
import type { TemplateValues } from '../template.ts'

/** What a request to a connection's API needs, as it is now: a token may be renewed while a run goes on. */
export interface Access {
  integration: Integration
  /** Of the integration and its provider. */
  settings: ApiSettings
  connection: Connection
  credentials: Credentials
  app: AppCredentials
  /** The newest one, also if it has expired. Only with an auth scheme that has tokens. */
  token?: Token | undefined
}

export interface ConnectionPlace {
  environment: string
  integration: string
  connection: string
  /** If given, a connection that was deleted and made again is refused. */
  uid?: string
  /** In place of those of the integration, to try them. */
  settings?: ApiSettings
  /** A connection that is not stored yet, to try its credentials; with the token that was got for it meanwhile. */
  tried?: { connection: Connection; credentials: Credentials; token?: Token }
}

type CatalogAndKeyring = { catalog: Catalog; keyring: Keyring }

/** From the copy of the catalog. What is missing, or does not open, is an AppError that names it. */
export function accessTo(deps: CatalogAndKeyring, at: ConnectionPlace): Promise<Access> {
  return accessBy(deps, at, () => deps.catalog.connections.get(at.environment, at.integration, at.connection))
}

/** The connection from NATS itself: the copy may lack what another process has just stored. */
export function freshAccessTo(deps: CatalogAndKeyring, at: ConnectionPlace): Promise<Access> {
  return accessBy(deps, at, () =>
    deps.catalog.connections.fresh(at.environment, at.integration, at.connection),
  )
}

async function accessBy(
  { catalog, keyring }: CatalogAndKeyring,
  at: ConnectionPlace,
  read: () => Promise<Connection>,
): Promise<Access> {
  const integration = await catalog.integrations.get(at.environment, at.integration)
  const connection = at.tried?.connection ?? (await read())
  if (at.uid !== undefined && connection.uid !== at.uid) {
    throw new AppError('unknown_connection', `connection '${at.connection}' was deleted and made anew`)
  }
  const settings = at.settings ?? settingsOf(catalog, integration)
  const credentials = at.tried?.credentials ?? openCredentials(keyring, connection)
  const token = hasTokens(settings.auth)
    ? (at.tried?.token ?? openToken(keyring, connection) ?? givenToken(credentials))
    : undefined
  return { integration, settings, connection, credentials, app: openApp(keyring, integration), token }
}

const STATIC = ['none', 'bearer', 'basic', 'header', 'query'] as const

type StaticScheme = Extract<AuthScheme, { type: (typeof STATIC)[number] }>
export type TokenScheme = Exclude<AuthScheme, StaticScheme>

/** Whether requests are sent with a token that we get, rather than with what somebody has typed. */
export function hasTokens(auth: AuthScheme): auth is TokenScheme {
  return !STATIC.some((type) => type === auth.type)
}

/** The token that the connection was made with. */
function givenToken(credentials: Credentials): Token | undefined {
  if (credentials.type === 'OAUTH2') {
    const { access_token: accessToken, refresh_token: refreshToken, expires_at } = credentials
    return { accessToken, refreshToken, expiresAt: toInstant(expires_at), obtainedAt: 0 }
  }
  if (credentials.type === 'OAUTH2_CC' && credentials.token !== undefined) {
    return { accessToken: credentials.token, expiresAt: toInstant(credentials.expires_at), obtainedAt: 0 }
  }
  return undefined
}

/** Unix milliseconds of ISO 8601, Unix seconds or Unix milliseconds, as number or text. */
export function toInstant(value: unknown): number | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  const number = Number(value)
  if (value !== '' && Number.isFinite(number)) return number < SECONDS_END ? number * 1000 : number
  const instant = Date.parse(String(value))
  return Number.isNaN(instant) ? undefined : instant
}

/** As milliseconds it is in 1973, as seconds in the year 5138. */
const SECONDS_END = 100_000_000_000

export function templateValues({ connection, credentials, app, token }: Access): TemplateValues {
  const { fields, callback_secret: _, ...named } = app
  return {
    connectionConfig: connection.connectionConfig,
    credentials,
    app: { ...fields, ...named },
    refresh_token: token?.refreshToken,
  }
}
