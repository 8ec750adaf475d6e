import { formatFrequency, readFrequency } from '@syncline/frequency'
import type { Configuration, ConfiguredSchedule } from '../configuration/configuration.ts'
import type { Account } from './account.ts'

type Fields = Record<string, unknown>

/** Fields of credentials of the kinds that Syncline knows by the same names. */
const known: Record<string, string[]> = {
  API_KEY: ['apiKey'],
  BASIC: ['username', 'password'],
  OAUTH2: ['access_token', 'refresh_token', 'expires_at', 'config_override', 'raw'],
  OAUTH2_CC: [
    'token',
    'client_id',
    'client_secret',
    'client_certificate',
    'client_private_key',
    'expires_at',
    'raw',
  ],
  OAUTH1: ['oauth_token', 'oauth_token_secret', 'raw'],
  TBA: ['token_id', 'token_secret', 'config_override'],
  APP: ['app_id', 'installation_id'],
  NONE: [],
}

export interface Converted {
  configuration: Configuration
  /** What is not carried over, or differs: sentences for people. */
  notes: string[]
}

/** What an account is here: a file for `syncline import`. */
export function configurationOf(account: Account): Converted {
  const notes: string[] = []
  const configuration: Configuration = {
    version: 1,
    providers: [],
    // What the API refuses of these, `import` tells.
    integrations: account.integrations.map((it) => integrationOf(it)) as Configuration['integrations'],
    variables: account.variables,
    connections: account.connections.map((it) => connectionOf(it, notes)) as Configuration['connections'],
    schedules: schedulesOf(account, notes),
  }
  return { configuration, notes }
}

function integrationOf(it: Account['integrations'][number]) {
  const credentials = it.credentials ? present(it.credentials) : {}
  return {
    ...{ unique_key: it.unique_key, provider: it.provider },
    ...present({ display_name: it.display_name, forward_webhooks: it.forward_webhooks }),
    ...(Object.keys(credentials).length > 0 && { credentials }),
  }
}

function connectionOf(it: Account['connections'][number], notes: string[]) {
  const name = `${it.provider_config_key}/${it.connection_id}`
  const credentials = credentialsOf(name, it.credentials ?? {}, notes)
  return {
    ...{ provider_config_key: it.provider_config_key, connection_id: it.connection_id },
    ...(credentials && { credentials }),
    ...notEmpty({ metadata: it.metadata, connection_config: it.connection_config, tags: it.tags }),
    ...(it.end_user && { end_user: endUserOf(it.end_user) }),
    ...(it.webhook_url_override && { webhook_url_override: it.webhook_url_override }),
  }
}

function credentialsOf(name: string, given: Fields, notes: string[]): Fields | undefined {
  const { type, ...fields } = present(given)
  if (typeof type !== 'string') {
    notes.push(`connection ${name} has no credentials in the answer: use a key that may read them`)
    return undefined
  }
  const names = known[type]
  if (names) {
    return { type, ...Object.fromEntries(Object.entries(fields).filter(([field]) => names.includes(field))) }
  }
  notes.push(
    `connection ${name} has credentials of type ${type}: they are kept as CUSTOM, and its provider has to use their fields (docs: credentials)`,
  )
  return { type: 'CUSTOM', ...textsOf(fields) }
}

/** Fields of CUSTOM credentials are texts or objects. */
const textsOf = (fields: Fields) =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'object' && !Array.isArray(value) ? value : String(value),
    ]),
  )

function endUserOf(user: Fields): Fields {
  const { id, email, display_name, tags } = user
  return present({ id, email, display_name, tags })
}

/** What differs from what the functions say: they are deployed from source. */
function schedulesOf({ statuses, functions }: Account, notes: string[]): ConfiguredSchedule[] {
  const usual = new Map(
    functions.flatMap(({ providerConfigKey, syncs }) =>
      syncs.map(({ name, runs }) => [`${providerConfigKey}/${name}`, normalized(runs)]),
    ),
  )
  return statuses
    .map(({ provider_config_key, connection_id, name, variant, frequency, status }) => {
      const own = normalized(frequency)
      const owner = `${provider_config_key}/${name}`
      if (frequency && own === null)
        notes.push(`${owner} of ${connection_id}: frequency '${frequency}' is not known here`)
      return {
        ...{ provider_config_key, connection_id, sync_name: name, variant: variant ?? 'base' },
        frequency: own === (usual.get(owner) ?? null) ? null : own,
        paused: status === 'PAUSED',
      }
    })
    .filter(({ variant, frequency, paused }) => variant !== 'base' || frequency !== null || paused)
}

/** `1h` and `every hour` are the same. Null = none, or none that Syncline knows. */
function normalized(frequency: string | null | undefined): string | null {
  if (!frequency) return null
  for (const text of [frequency, `every ${frequency}`]) {
    try {
      return formatFrequency(readFrequency(text))
    } catch {
      // The other form may be readable.
    }
  }
  return null
}

const present = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null))

const notEmpty = (fields: Record<string, Fields | null | undefined>): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value && Object.keys(value).length > 0))
