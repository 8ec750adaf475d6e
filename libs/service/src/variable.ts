import { intervalMs } from '@syncline/frequency'
import { z } from 'zod'

/** What docs/reference/configuration.md says of a variable. */
export interface VariableFacts {
  kind: string
  fallback?: unknown
  /** Of a whole number. */
  bounds?: Bounds
}

type Bounds = { least: number; most: number }

/** The longest that a timer can wait is 24 days; a deadline of 0 would be over before it begins. */
export const milliseconds: Bounds = { least: 1, most: 2 ** 31 - 1 }
export const days: Bounds = { least: 0, most: 3650 }
/** Memory of one process. */
export const bytes: Bounds = { least: 0, most: 64 * 1024 ** 3 }

/** The kinds of environment variables. Each takes its default value; without one the variable is required. */
export const variable = {
  text: (fallback?: string) => required(z.string().min(1), { kind: 'text', fallback }),
  url: (fallback?: string) =>
    required(z.string().regex(/^[a-z]+:\/\/./, 'must be a URL such as nats://localhost:4222'), {
      kind: 'URL',
      fallback,
    }),
  port: (fallback?: number) => whole(fallback, { least: 0, most: 65_535 }, 'port'),
  /** A whole number with the range that makes sense: another one is refused at the start. */
  whole: (fallback?: number, bounds: Bounds = { least: 0, most: Number.MAX_SAFE_INTEGER }) =>
    whole(fallback, bounds, 'whole number'),
  oneOf: <T extends string>(choices: readonly [T, ...T[]], fallback?: T) =>
    required(z.enum(choices), { kind: choices.join(', '), fallback }),
  /** An interval such as `30s` or `5 minutes`, in milliseconds. */
  interval: (fallback: string) =>
    required(z.string(), { kind: 'interval', fallback }).transform((text, context) => {
      const ms = intervalMs(text)
      if (ms !== undefined) return ms
      context.addIssue("must be an interval such as '30s' or '5 minutes'")
      return z.NEVER
    }),
  /** From 0 to 1. */
  share: (fallback?: number) =>
    required(
      z.coerce
        .number('must be a number from 0 to 1')
        .min(0, 'must be a number from 0 to 1')
        .max(1, 'must be a number from 0 to 1'),
      { kind: '0 to 1', fallback },
    ),
  /** Comma-separated. */
  list: (fallback?: string[]) =>
    required(
      z.string().transform((text) =>
        text
          .split(',')
          .map((item) => item.trim())
          .filter(Boolean),
      ),
      { kind: 'list', fallback },
    ),
}

function whole(fallback: number | undefined, bounds: Bounds, kind: string) {
  const message = `must be a whole number from ${bounds.least} to ${bounds.most}`
  // Only digits: Number() takes an empty text, 1e3 and 0x10 as numbers too.
  const digits = z
    .string()
    .regex(/^-?\d+$/, message)
    .transform(Number)
  const within = digits.pipe(z.number().min(bounds.least, message).max(bounds.most, message))
  return required(within, { kind, fallback, bounds })
}

function required<T extends z.ZodType>(
  schema: T,
  { kind, fallback, bounds }: { kind: string; fallback?: z.output<T> | undefined; bounds?: Bounds },
) {
  // An empty variable counts as unset: compose files write `${NAME:-}`.
  const given = z.preprocess(
    (value) => (value === '' ? undefined : value),
    fallback === undefined ? schema : schema.optional(),
  )
  const facts: VariableFacts = {
    kind,
    ...(fallback !== undefined && { fallback }),
    ...(bounds && { bounds }),
  }
  return given.meta({ facts }).transform((value) => (value ?? fallback) as z.output<T>)
}
