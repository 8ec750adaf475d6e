import { JsonObject } from '@syncline/catalog/json-object'
import { z } from 'zod'
import { readInstant } from './read-instant.ts'

export { JsonObject }

// What the names in a request look like, the same on every endpoint.

const name = (pattern: RegExp) =>
  z.string().min(1, { error: 'must not be empty', abort: true }).regex(pattern).max(255)

export const ConnectionId = name(/^[a-zA-Z0-9,.;:=+~[\]|@${}"'\\/_ -]+$/)
export const ProviderConfigKey = name(/^[a-zA-Z0-9~:.@ _-]+$/)
export const SyncName = name(/^[a-zA-Z0-9_-]+$/)
export const Variant = SyncName
export const Model = name(/^[A-Z][a-zA-Z0-9_-]+$/)
export const EnvironmentName = z.string().regex(/^[a-z0-9_-]{1,64}$/, {
  error: ({ input }) => `must be a-z, 0-9, _ and -, up to 64 characters, not '${input}'`,
})
export const VariableName = name(/^[a-zA-Z_][a-zA-Z0-9_]*$/)

/** That of an id of 255 characters, three bytes each, has 1056. */
export const Cursor = z.string().min(1).max(1100)
/** That of a list of schedules: it names an integration, a connection, a sync and a variant. */
export const ScheduleCursor = z.string().min(1).max(2048)
/** In answers: ISO 8601 in UTC with milliseconds. */
export const Instant = z.iso.datetime({ precision: 3 })
/** In requests: ISO 8601 with a time and any offset: `Z`, `+02`, `+0200`, `+02:00`; seconds and their fraction may be absent. */
export const AnyInstant = z
  .string()
  .max(64)
  .transform((text, context) => {
    const read = readInstant(text)
    if (read !== undefined) return read
    context.addIssue('must be ISO 8601 with a time and an offset, such as 2026-01-31T12:00:00Z')
    return z.NEVER
  })
  .meta({ format: 'date-time' })
/** Tags that a connection has to have: `tags[plan]=pro`. A name that no tag can have is refused, not ignored. */
export const TagFilter = z
  .unknown()
  .refine(isTagFilter, 'must be written like tags[plan]=pro, each name once')
  .meta({ type: 'object', additionalProperties: { type: 'string' } }) as z.ZodType<
  Record<string, string>,
  Record<string, string>
>

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

const TAG_NAME = /^[a-zA-Z][a-zA-Z0-9_\-./]*$/

function isTagFilter(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.entries(value).every(
    ([name, wanted]) => TAG_NAME.test(name) && typeof wanted === 'string' && wanted !== '',
  )
}
