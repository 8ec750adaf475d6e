import { ApiSettings, Budget } from '@syncline/catalog/api-settings'
import { z } from 'zod'
import { durationMs, durationText } from './duration.ts'

const { shape } = ApiSettings

const DAY_MS = 86_400_000

const durationUpTo = (days: number) =>
  z
    .string("must be a duration such as '30s', '5m' or '2 hours'")
    .max(50)
    .refine((text) => durationMs(text) !== undefined, "must be a duration such as '30s', '5m' or '2 hours'")
    .refine(
      (text) => (durationMs(text) ?? 0) <= days * DAY_MS,
      `must be at most ${days === 1 ? 'a day' : `${days} days`}`,
    )

/** How to reach an external API, as people write it: in provider files and in the REST API. */
export const settingsFields = {
  base_url: shape.baseUrl
    .optional()
    .describe(
      'URL that paths of requests are put behind. May be a template, with alternatives separated by ` || `.',
    ),
  connection_config: shape.connectionConfig.describe('What templates take from connections, by name.'),
  allowed_hosts: shape.allowedHosts
    .unwrap()
    .optional()
    .describe("Hosts beside that of base_url that get credentials: 'host', 'host:port' or '*.domain'."),
  auth: shape.auth.unwrap().optional().describe('How requests are authorized.'),
  headers: shape.headers.unwrap().optional().describe('Sent with each request.'),
  expose_tokens: shape.exposeTokens.describe('Functions may read tokens.'),
  pagination: shape.pagination.describe('Defaults of nango.paginate.'),
  retry: shape.retry.describe('Which answers are worth another try.'),
  budget: z
    .strictObject({
      key: Budget.shape.key.describe(
        'Who shares it: all connections of the integration (`app`), each connection, or a template over the connection.',
      ),
      requests: Budget.shape.requests.describe('How many requests.'),
      per: durationUpTo(1).default('1s').describe('In how long, such as `1s` or `1 minute`; up to a day.'),
    })
    .optional()
    .describe('How many requests the API allows.'),
  verify: shape.verify.describe('A request that works if, and only if, a connection does.'),
  consistency_lag: durationUpTo(30).optional().describe('How late the API may show a change.'),
}

export const SettingsFields = z.strictObject(settingsFields)
export type SettingsFields = z.output<typeof SettingsFields>

/** As the catalog has them: without what is absent. */
export function toSettings(fields: SettingsFields): Partial<ApiSettings> {
  const { base_url, connection_config, allowed_hosts, expose_tokens, budget, consistency_lag, ...same } =
    fields
  const { key, requests, per } = budget ?? {}
  return present({
    ...pick(same),
    baseUrl: base_url,
    connectionConfig: connection_config,
    allowedHosts: allowed_hosts,
    exposeTokens: expose_tokens,
    budget: per && { key, requests, per_s: (durationMs(per) ?? 0) / 1000 },
    consistencyLagMs: consistency_lag && durationMs(consistency_lag),
  })
}

/** The reverse of `toSettings`. */
export function toFields(settings: Partial<ApiSettings>): SettingsFields {
  const { baseUrl, connectionConfig, allowedHosts, exposeTokens, budget, consistencyLagMs, ...same } =
    settings
  return present({
    base_url: baseUrl,
    connection_config: connectionConfig,
    allowed_hosts: allowedHosts,
    expose_tokens: exposeTokens,
    ...pick(same),
    budget: budget && { key: budget.key, requests: budget.requests, per: durationText(budget.per_s * 1000) },
    consistency_lag: consistencyLagMs === undefined ? undefined : durationText(consistencyLagMs),
  })
}

/** Fields that have one name and one form. */
function pick<T extends Pick<SettingsFields, 'auth' | 'headers' | 'pagination' | 'retry' | 'verify'>>(
  fields: T,
) {
  const { auth, headers, pagination, retry, verify } = fields
  return { auth, headers, pagination, retry, verify }
}

function present<T extends object>(fields: object): T {
  // Only what may be absent is undefined.
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T
}
