import { withoutSecrets } from '@syncline/errors'
import type { z } from 'zod'
import { unknownVariables } from './unknown-variables.ts'
import { variableNames } from './variable-names.ts'

/**
 * Parses `env` by a schema. The error names each bad variable, its value and what is allowed, and each variable that begins
 * as ours do and that no service reads. `also` names variables of further schemas of this process.
 */
export function readConfig<T>(schema: z.ZodType<T>, env: NodeJS.ProcessEnv, also: string[] = []): T {
  return parsed(schema, env, unknownVariables(env, [...variableNames(schema), ...also]))
}

/** The same for a command, which runs in the environment of a person: it ignores variables that it does not read. */
export function readVariables<T>(schema: z.ZodType<T>, env: NodeJS.ProcessEnv): T {
  return parsed(schema, env, [])
}

function parsed<T>(schema: z.ZodType<T>, env: NodeJS.ProcessEnv, unknown: string[]): T {
  const result = schema.safeParse(env)
  const problems = [...(result.error?.issues ?? []).map((issue) => problem(issue, env)), ...unknown]
  if (result.success && problems.length === 0) return result.data
  throw new Error(`bad configuration: ${problems.join('; ')}`)
}

function problem(issue: z.core.$ZodIssue, env: NodeJS.ProcessEnv): string {
  const name = issue.path.join('.')
  const value = env[name]
  if (value) return `${name} is '${shown(name, value)}': ${issue.message}`
  return issue.code === 'custom' ? `${name} is not set: ${issue.message}` : `${name} is not set`
}

function shown(name: string, value: string): string {
  if (/KEY|SECRET|PASSWORD|TOKEN/.test(name) && !name.endsWith('_FILE')) return '…'
  return withoutSecrets(value)
}
