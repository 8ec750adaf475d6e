import { inspect } from 'node:util'
import { ActionError, type FunctionFacts, type LogLevel, type LogMethods } from '@syncline/function-types'
import type { Host } from '@syncline/sandbox'

const levels: LogLevel[] = ['debug', 'info', 'warn', 'error']

/** @param least The environment's variable NANGO_LOGGER_LEVEL; another text than a level means that no line is dropped. */
export function logMethods(
  host: Pick<Host, 'log'>,
  least: string,
): LogMethods & Pick<FunctionFacts, 'logger'> {
  let threshold = thresholdOf(least)
  const write = (level: LogLevel, values: unknown[]) => {
    if (levels.indexOf(level) >= threshold) host.log(level, values.map(asText).join(' '))
  }
  return {
    log: async (...values) => {
      const last = values.at(-1)
      const level = values.length > 1 ? levelIn(last) : undefined
      write(level ?? 'info', level ? values.slice(0, -1) : values)
    },
    setLogger: ({ level }) => {
      if (least !== 'off') threshold = thresholdOf(level)
    },
    // A getter in an object of its own: copies of this one would have its value.
    logger: {
      get level() {
        return levels[threshold] ?? 'off'
      },
    },
    zodValidateInput: async ({ zodSchema, input }) => {
      const parsed = zodSchema.safeParse(input)
      if (parsed.success) return { success: true, data: parsed.data }
      for (const { path, message } of parsed.error.issues) write('error', [`${path.join('.')}: ${message}`])
      throw new ActionError({ message: 'Invalid input provided' })
    },
  }
}

const thresholdOf = (level: string) =>
  level === 'off' ? levels.length : Math.max(0, levels.indexOf(level as LogLevel)) // -1 if it is none

/** The level of an argument that is `{ level: 'warn' }` and has no other key. Older names map to the nearest of ours. */
function levelIn(value: unknown): LogLevel | undefined {
  if (typeof value !== 'object' || value === null || !('level' in value)) return undefined
  if (Object.keys(value).length !== 1) return undefined
  const older: Record<string, LogLevel> = { verbose: 'debug', silly: 'debug', http: 'info', warning: 'warn' }
  const name = String(value.level)
  return levels.find((level) => level === name) ?? older[name]
}

function asText(value: unknown): string {
  return typeof value === 'string'
    ? value
    : inspect(value, { depth: 4, breakLength: Number.POSITIVE_INFINITY })
}
