import { JsonObject } from '@syncline/catalog/json-object'
import { CURSOR_MAX_CHARS } from '@syncline/record/record-id'
import { z } from 'zod'
import { readInstant } from './read-instant.ts'

export { JsonObject }

// What the names in a request look like, the same on every endpoint.

const name = (pattern: RegExp) =>
  z.string().min(1, { error: 'must not be empty', abort: true }).regex(pattern).max(255)

export const ConnectionId = name(/^[a-zA-Z0-9,.;:=+~[\]|@${}"'\\/_ -]+$/).describe('Id of a connection.')
export const ProviderConfigKey = name(/^[a-zA-Z0-9~:.@ _-]+$/).describe('Key of an integration.')
const functionName = name(/^[a-zA-Z0-9_-]+$/)
export const SyncName = functionName.describe('Name of a sync.')
export const ActionName = functionName.describe('Name of an action.')
export const FunctionName = functionName.describe('Name of a sync or an action.')
export const Variant = functionName.describe('Variant of the sync; `base` is the one that each sync has.')
export const Model = name(/^[A-Z][a-zA-Z0-9_-]+$/).describe('Name of a model.')
export const EnvironmentName = z
  .string()
  .regex(/^[a-z0-9_-]{1,64}$/, {
    error: ({ input }) => `must be a-z, 0-9, _ and -, up to 64 characters, not '${input}'`,
  })
  .describe('Name of an environment: a-z, 0-9, _ and -, up to 64 characters.')
export const VariableName = name(/^[a-zA-Z_][a-zA-Z0-9_]*$/).describe('Name of a variable.')

export const BundleHash = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'must be a sha256 in hex')
  .describe('The sha256 of the bundle, in hex.')

const BEHIND = '`next_cursor` of the page before; without it, the first page.'
const NEXT = '`cursor` of the next page; null: this is the last one.'
export const Cursor = z.string().min(1).max(CURSOR_MAX_CHARS).describe(BEHIND)
export const NextCursor = Cursor.nullable().describe(NEXT)
/** That of a list of schedules or streams: it names an integration, a connection, a sync or model, and a variant. */
export const ScheduleCursor = z.string().min(1).max(2048).describe(BEHIND)
export const NextScheduleCursor = ScheduleCursor.nullable().describe(NEXT)
/** In answers. */
export const Instant = z.iso.datetime({ precision: 3 }).describe('ISO 8601 in UTC with milliseconds.')
/** The same, and what it is the time of. */
export const instant = (what: string) => Instant.describe(`${what}: ISO 8601 in UTC with milliseconds.`)
/** In requests. */
export const AnyInstant = z
  .string()
  .max(64)
  .transform((text, context) => {
    const read = readInstant(text)
    if (read !== undefined) return read
    context.addIssue('must be ISO 8601 with a time and an offset, such as 2026-01-31T12:00:00Z')
    return z.NEVER
  })
  .meta({
    format: 'date-time',
    description:
      'ISO 8601 with a time and an offset: `Z`, `+02`, `+0200`, `+02:00`. Seconds and their fraction may be absent.',
  })
/** A name that no tag can have is refused, not ignored. */
export const TagFilter = z
  .unknown()
  .refine(isTagFilter, 'must be written like tags[plan]=pro, each name once')
  .meta({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'Tags that the connection has to have: `tags[plan]=pro`.',
  }) as z.ZodType<Record<string, string>, Record<string, string>>

/** A count in a query string. */
export const countInQuery = (min: number, max: number) =>
  z.preprocess(
    (value) => (typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value),
    z.number().int().min(min).max(max),
  )

/** One or more words of a list, separated by commas. */
export function choicesInQuery<const Word extends string>(words: readonly Word[]) {
  return z
    .string()
    .max(1024)
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(words)).min(1))
}

/** A count in a body. */
export const countInBody = (min: number, max: number) =>
  z.number().refine((value) => Number.isInteger(value) && value >= min && value <= max, {
    error: ({ input }) => `must be a whole number from ${min} to ${max}, not ${input}`,
  })

export const NoQuery = z.strictObject({})

/** The headers that say whose records a call is about. Others pass unseen. */
export const ConnectionHeaders = z.object({
  'connection-id': ConnectionId,
  'provider-config-key': ProviderConfigKey,
})

/** In answers: whose a thing is. */
export const ownerFields = {
  provider_config_key: z.string().describe('Key of the integration.'),
  connection_id: z.string().describe('Id of the connection.'),
}

const TAG_NAME = /^[a-zA-Z][a-zA-Z0-9_\-./]*$/

function isTagFilter(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.entries(value).every(
    ([name, wanted]) => TAG_NAME.test(name) && typeof wanted === 'string' && wanted !== '',
  )
}
