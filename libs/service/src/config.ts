import { withoutSecrets } from '@syncline/errors'
import type { z } from 'zod'
import { unknownVariables } from './unknown-variables.ts'
import { variableNames } from './variable-names.ts'

/**
 * Parses `env` by a schema. The error names each bad variable, its value and what is allowed, and each variable that begins
 * as ours do and that no service reads. `also` names variables of further schemas of this process.
 */
export function readConfig<T>(schema: z.ZodType<T>, env: NodeJS.ProcessEnv, also: string[] = []): T {
  const parsed = schema.safeParse(env)
  const bad = parsed.error?.issues.map((issue) => problem(issue, env)) ?? []
  const problems = [...bad, ...unknownVariables(env, [...variableNames(schema), ...also])]
  if (parsed.success && problems.length === 0) return parsed.data
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
