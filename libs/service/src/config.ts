import { withoutSecrets } from '@syncline/errors'
import { intervalMs } from '@syncline/frequency'
import { z } from 'zod'

/** The kinds of environment variables. Each takes its default value; without one the variable is required. */
export const variable = {
  text: (fallback?: string) => required(z.string().min(1), fallback),
  url: (fallback?: string) =>
    required(z.string().regex(/^[a-z]+:\/\/./, 'must be a URL such as nats://localhost:4222'), fallback),
  port: (fallback?: number) => required(z.coerce.number().int().min(0).max(65_535), fallback),
  whole: (fallback?: number) => required(z.coerce.number().int().min(0), fallback),
  oneOf: <T extends string>(choices: readonly [T, ...T[]], fallback?: T) =>
    required(z.enum(choices), fallback),
  /** An interval such as `30s` or `5 minutes`, in milliseconds. */
  interval: (fallback: string) =>
    required(z.string(), fallback).transform((text, context) => {
      const ms = intervalMs(text)
      if (ms !== undefined) return ms
      context.addIssue("must be an interval such as '30s' or '5 minutes'")
      return z.NEVER
    }),
  /** From 0 to 1. */
  share: (fallback?: number) => required(z.coerce.number().min(0).max(1), fallback),
  /** Comma-separated. */
  list: (fallback?: string[]) =>
    required(
      z.string().transform((text) =>
        text
          .split(',')
          .map((item) => item.trim())
          .filter(Boolean),
      ),
      fallback,
    ),
}

function required<T extends z.ZodType>(schema: T, fallback: z.output<T> | undefined) {
  // An empty variable counts as unset: compose files write `${NAME:-}`.
  const given = z.preprocess(
    (value) => (value === '' ? undefined : value),
    fallback === undefined ? schema : schema.optional(),
  )
  return given.transform((value) => (value ?? fallback) as z.output<T>)
}

/** Parses `env` by a service's schema. The error names each bad variable and its value. */
export function readConfig<T>(schema: z.ZodType<T>, env: NodeJS.ProcessEnv): T {
  const parsed = schema.safeParse(env)
  if (parsed.success) return parsed.data
  const lines = parsed.error.issues.map((issue) => {
    const name = issue.path.join('.')
    const value = env[name]
    return value === undefined ? `${name} is not set` : `${name} is '${shown(name, value)}': ${issue.message}`
  })
  throw new Error(`bad configuration: ${lines.join('; ')}`)
}

function shown(name: string, value: string): string {
  if (/KEY|SECRET|PASSWORD|TOKEN/.test(name)) return '…'
  return withoutSecrets(value)
}
