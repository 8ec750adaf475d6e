import { z } from 'zod'

/**
 * An object of JSON with any names. `z.record` drops one of the name `__proto__`, and here that is a name like others: what is stored is
 * what was given.
 */
export const JsonObject = z
  .unknown()
  .refine(isObject, { error: 'must be an object', abort: true })
  .meta({ type: 'object' }) as z.ZodType<Record<string, unknown>, Record<string, unknown>>

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Texts by any names. `refine` has checked what the cast says: zod does not narrow the type by it. */
export const Texts = z
  .unknown()
  .refine((value) => isObject(value) && Object.values(value).every((each) => typeof each === 'string'), {
    error: 'must be an object of texts',
    abort: true,
  })
  .meta({ type: 'object', additionalProperties: { type: 'string' } }) as unknown as z.ZodType<
  Record<string, string>,
  Record<string, string>
>
