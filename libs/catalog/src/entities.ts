import { connectionEvents } from '@syncline/function-types'
import { z } from 'zod'
import { ApiSettings, AuthScheme, HeaderTemplates } from './api-settings.ts'
import { JsonObject, Texts } from './json-object.ts'

const instant = z.iso.datetime()

/** How many runs may be in flight at a time, and their share beside others. Absent: no limit of its own; weight 1. */
const Share = z.object({ maxRuns: z.int().min(1).optional(), weight: z.int().min(1).max(100).optional() })

/** What is done about a record that does not fit its model. */
export const validations = ['off', 'warn', 'strict'] as const
export type Validation = (typeof validations)[number]

export const Environment = z.object({
  name: z.string(),
  createdAt: instant,
  ...Share.shape,
  /** Of syncs that do not say it. Absent: warn. */
  validate: z.enum(validations).optional(),
})
export type Environment = z.infer<typeof Environment>

/** Opens with the keyring of all processes: see `checkKeyring`. */
export const KeyringCheck = z.object({ sealed: z.string() })
export type KeyringCheck = z.infer<typeof KeyringCheck>

/** What a key may be allowed to do: see `Route` in libs/api. */
export const keyScopes = ['read', 'operate', 'deploy', 'secrets'] as const
export type KeyScope = (typeof keyScopes)[number]

const Secret = z.object({
  /** SHA-256 in hex: the secret itself is shown once, when it is made. */
  hash: z.string().length(64),
  /** The last characters: people tell secrets apart by them. */
  hint: z.string(),
  createdAt: instant,
  /** Another one has replaced it, and it works until then. */
  expiresAt: instant.optional(),
})

export const ApiKey = z.preprocess(
  withoutOldForm,
  z.object({
    id: z.string(),
    environment: z.string(),
    label: z.string(),
    scopes: z.array(z.enum(keyScopes)),
    /** Of a key that reads one connection and nothing else. */
    connection: z.object({ integration: z.string(), id: z.string() }).optional(),
    /** Newest first. */
    secrets: z.array(Secret).min(1),
    createdAt: instant,
    expiresAt: instant.optional(),
  }),
)
export type ApiKey = z.infer<typeof ApiKey>

/** Builds of schema 1 stored a key with one secret, and all scopes, under its hash. */
function withoutOldForm(stored: unknown): unknown {
  if (typeof stored !== 'object' || stored === null || !('hash' in stored)) return stored
  const { hash, hint, ...rest } = stored as Record<string, unknown> // checked above
  const createdAt = rest.createdAt
  return { ...rest, id: hash, scopes: [...keyScopes], secrets: [{ hash, hint, createdAt }] }
}

/** A person who logs in to the dashboard. Name and environment are the identity. */
export const User = z.object({
  environment: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(keyScopes)),
  password: z.object({
    /** Random: a session is of one password, and ends when there is another one. */
    id: z.string(),
    /** scrypt, with its parameters: see the gateway. */
    hash: z.string(),
  }),
  createdAt: instant,
})
export type User = z.infer<typeof User>

export const Variable = z.object({ environment: z.string(), name: z.string(), sealedValue: z.string() })
export type Variable = z.infer<typeof Variable>

/** A provider file that the environment has deployed: it wins over one of the same name that comes with Syncline. */
export const Provider = z.object({
  environment: z.string(),
  name: z.string(),
  displayName: z.string(),
  /** The vendor's page that it was written from. */
  docs: z.string(),
  /** The deployed file as JSON. */
  file: z.record(z.string(), z.unknown()),
  /** Of the file and of the provider that it extends. */
  settings: ApiSettings,
  deployedAt: instant,
})
export type Provider = z.infer<typeof Provider>

/** An external API as configured by the customer. What is not set here is the provider's: see `settingsOf` in libs/providers. */
export const Integration = z.object({
  environment: z.string(),
  key: z.string(),
  provider: z.string(),
  displayName: z.string(),
  ...ApiSettings.partial().shape,
  /** Without the defaults of ApiSettings: absent is the provider's. */
  allowedHosts: ApiSettings.shape.allowedHosts.unwrap().optional(),
  auth: AuthScheme.optional(),
  headers: HeaderTemplates.optional(),
  ...Share.shape,
  /** JSON of `AppCredentials`. */
  sealedApp: z.string().optional(),
  /** The kind of app, as clients of other engines name it. */
  appType: z.string().optional(),
  /** For the customer's own use. */
  forwardWebhooks: z.boolean().optional(),
  integrationConfig: Texts.optional(),
  custom: Texts.optional(),
  /** While it takes over the connections of another key: that key. */
  renamedFrom: z.string().optional(),
  createdAt: instant,
  updatedAt: instant,
})
export type Integration = z.infer<typeof Integration>

/** Why a connection can't be used before somebody gives it new credentials. */
export const NeedsReauth = z.object({ since: instant, reason: z.string() })
export type NeedsReauth = z.infer<typeof NeedsReauth>

/** What happened to the credentials of a connection. */
const ConnectionEvent = z.object({
  kind: z.enum(['needs_reauth', 'reauthorized']),
  reason: z.string(),
  at: instant,
})

/** A function that runs because a connection was created: its call has the id. */
const CreationCall = z.object({ name: z.string(), id: z.uuid() })

/** Whose access it is, in the customer's own words. */
export const EndUser = z.object({
  id: z.string(),
  email: z.string().optional(),
  displayName: z.string().optional(),
  tags: Texts.optional(),
  organization: z.object({ id: z.string(), displayName: z.string().optional() }).optional(),
})
export type EndUser = z.infer<typeof EndUser>

export const Connection = z.object({
  /** Random, new for each connection: records and schedules refer to it. */
  uid: z.string(),
  environment: z.string(),
  integration: z.string(),
  id: z.string(),
  /** JSON of `Credentials`. */
  sealedCredentials: z.string(),
  /** JSON of `Token`: what was got with these credentials. */
  sealedToken: z.string().optional(),
  needsReauth: NeedsReauth.optional(),
  /** An event that is stored with the change that it tells of, until it is published. */
  unpublished: ConnectionEvent.optional(),
  /**
   * Calls of functions that run after the connection was created. They are stored with it, so that they are begun although we
   * die: every gateway puts them into the queue until one has stored that they are there.
   */
  creationCalls: z.object({ calls: z.array(CreationCall), isQueued: z.boolean() }).optional(),
  metadata: JsonObject.nullable(),
  connectionConfig: JsonObject,
  tags: Texts,
  endUser: EndUser.optional(),
  /** Where webhooks about this connection go. */
  webhookUrlOverride: z.string().optional(),
  createdAt: instant,
  updatedAt: instant,
})
export type Connection = z.infer<typeof Connection>

/** How the scheduler runs a sync. Lengths of time are intervals in the grammar of @syncline/frequency. */
export const RunPolicy = z.object({
  /** How old the records may be before the sync counts as stale. Absent: twice its interval. */
  fresh: z.string().optional(),
  /** Slots of a cron expression are spread over so long. Absent: not at all. */
  jitter: z.string().optional(),
  /** How often a run that failed is repeated before the next slot. */
  retries: z.int().min(0).max(10).default(0),
  /** Runs of the sync that may be in flight at a time, over all connections. Absent: no limit. */
  concurrency: z.int().min(1).optional(),
  /** What a slot does that comes while a run is active. */
  overlap: z.enum(['skip', 'queue_one', 'cancel_running']).default('skip'),
  /** After so many failures in a row the schedule is paused. Absent: never. */
  pauseAfterFailures: z.int().min(1).optional(),
})
export type RunPolicy = z.infer<typeof RunPolicy>

/** A deployed sync function. */
export const Sync = z.object({
  environment: z.string(),
  integration: z.string(),
  name: z.string(),
  description: z.string(),
  version: z.string(),
  models: z.array(z.string()),
  /** JSON Schema by model, where it is known: plans of deployments show what changes. */
  modelSchemas: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
  /** Default frequency, in the grammar of @syncline/frequency. */
  frequency: z.string(),
  autoStart: z.boolean(),
  ...RunPolicy.shape,
  /** The deprecated `trackDeletes` of a sync: after a success, what the run did not see is deleted. */
  trackDeletes: z.boolean(),
  /** Absent: as its environment says. */
  validate: z.enum(validations).optional(),
  /** Key of the bundle: sha256 of its text, in hex. */
  bundle: z.string(),
  deployedAt: instant,
})
export type Sync = z.infer<typeof Sync>

/** A deployed action function. Schemas are JSON Schema. */
export const Action = z.object({
  environment: z.string(),
  integration: z.string(),
  name: z.string(),
  /** It runs at this moment of each connection of the integration, and nobody else calls it. */
  event: z.enum(connectionEvents).optional(),
  description: z.string(),
  version: z.string(),
  inputSchema: z.record(z.string(), z.unknown()),
  outputSchema: z.record(z.string(), z.unknown()),
  scopes: z.array(z.string()).default([]),
  /** Key of the bundle, as of a sync. */
  bundle: z.string(),
  deployedAt: instant,
})
export type Action = z.infer<typeof Action>
