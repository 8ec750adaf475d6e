import type { Diagnosis, GetMeAnswer } from './api-types.ts'
import { FlatMethods } from './flat-methods.ts'
import { Actions } from './resources/actions.ts'
import { Commands } from './resources/commands.ts'
import { Configuration } from './resources/configuration.ts'
import { Connections } from './resources/connections.ts'
import { Deployments } from './resources/deployments.ts'
import { Environments } from './resources/environments.ts'
import { HeldDeletions } from './resources/held-deletions.ts'
import { Integrations } from './resources/integrations.ts'
import { Keys } from './resources/keys.ts'
import { Previews } from './resources/previews.ts'
import { Providers } from './resources/providers.ts'
import { Records } from './resources/records.ts'
import { Runs } from './resources/runs.ts'
import { Schedules } from './resources/schedules.ts'
import { Syncs } from './resources/syncs.ts'
import { Users } from './resources/users.ts'
import { Variables } from './resources/variables.ts'
import { type CallOptions, createTransport, type Transport } from './transport.ts'

const DEFAULT_HOST = 'http://localhost:3003'
const DEFAULT_TIMEOUT_MS = 60_000
const DEFAULT_RETRIES = 3

export type SynclineOptions = (
  | { secretKey: string; apiKey?: undefined }
  | { apiKey: string; secretKey?: undefined }
) & {
  /** URL of the API; `http://localhost:3003` by default. */
  host?: string
  /** How long a call may take, with all its repetitions; 60 s by default. */
  timeoutMs?: number
  /** How often a call is repeated when it fails in a way that passes; 3 by default. */
  retries?: number
  /** Used instead of the global one. */
  fetch?: typeof fetch
}

/**
 * Client of the REST API, for one environment: the one its key belongs to. With the admin key instead, `environments` and `keys`
 * are what it can use.
 *
 * Every method takes `CallOptions` last and fails with a `SynclineError`; what is wrong in itself, such as an empty name, is a
 * `TypeError` and not sent. A call that meets a busy or restarting server is repeated: see `retries`.
 *
 * The methods without a group have the signatures of the official client for Nango.
 *
 * @example
 * const syncline = new Syncline({ secretKey: process.env.SYNCLINE_KEY, host: 'https://sync.example.com' })
 * const where = { providerConfigKey: 'github', connectionId: 'user-123', model: 'GithubIssue' }
 * for await (const issue of syncline.records.iterate(where)) console.log(issue)
 */
export class Syncline extends FlatMethods {
  readonly actions: Actions
  readonly commands: Commands
  readonly configuration: Configuration
  override readonly connections: Connections
  readonly deployments: Deployments
  readonly previews: Previews
  readonly environments: Environments
  readonly heldDeletions: HeldDeletions
  readonly integrations: Integrations
  readonly keys: Keys
  readonly providers: Providers
  override readonly records: Records
  readonly runs: Runs
  readonly schedules: Schedules
  override readonly syncs: Syncs
  readonly users: Users
  override readonly variables: Variables
  readonly #call: Transport

  constructor(options: SynclineOptions) {
    super()
    const key = options.secretKey ?? options.apiKey
    if (!key) throw new TypeError('Syncline needs a secretKey: make one with `syncline key create`')
    const call = createTransport({
      host: options.host ?? DEFAULT_HOST,
      key,
      timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      retries: options.retries ?? DEFAULT_RETRIES,
      fetch: options.fetch ?? globalThis.fetch,
    })
    this.#call = call
    this.actions = new Actions(call)
    this.commands = new Commands(call)
    this.configuration = new Configuration(call)
    this.connections = new Connections(call)
    this.deployments = new Deployments(call)
    this.previews = new Previews(call)
    this.environments = new Environments(call)
    this.heldDeletions = new HeldDeletions(call)
    this.integrations = new Integrations(call)
    this.keys = new Keys(call)
    this.providers = new Providers(call)
    this.records = new Records(call)
    this.runs = new Runs(call)
    this.schedules = new Schedules(call)
    this.syncs = new Syncs(call)
    this.users = new Users(call)
    this.variables = new Variables(call)
  }

  /**
   * Every part of the system, and what is wrong with it: servers, services, clocks, durability, runners, sandboxes, versions, keyring.
   *
   * @example
   * const { state, checks } = await syncline.doctor()
   * for (const { name, message, advice } of checks.filter((it) => it.state !== 'ok')) console.log(name, message, advice)
   */
  async doctor(options?: CallOptions): Promise<Diagnosis> {
    return this.#call('GET /doctor', {}, options)
  }

  /**
   * What the key of this client is: its environment, scopes and expiry. Not of the admin key.
   *
   * @example
   * const { environment, scopes } = await syncline.me()
   */
  async me(options?: CallOptions): Promise<GetMeAnswer> {
    return this.#call('GET /me', {}, options)
  }
}
