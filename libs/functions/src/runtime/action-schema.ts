export interface Issue {
  code: string
  message: string
  path: string[]
}

/** What zod and others offer in common: https://standardschema.dev. Each realm may have another zod. */
export interface StandardSchema {
  '~standard': {
    validate(value: unknown): Result | Promise<Result>
  }
}

type Result =
  | { value: unknown; issues?: undefined }
  | {
      issues: readonly {
        code?: unknown
        message: string
        path?: readonly (PropertyKey | { key: PropertyKey })[]
      }[]
    }

const ISSUES_MAX = 100

export function isSchema(value: unknown): value is StandardSchema {
  return typeof value === 'object' && value !== null && '~standard' in value
}

/** The value with defaults and transforms of the schema, or what is wrong with it. */
export async function validated(
  schema: StandardSchema,
  value: unknown,
): Promise<{ value: unknown; issues?: undefined } | { issues: Issue[] }> {
  const result = await schema['~standard'].validate(value)
  if (result.issues === undefined) return { value: result.value }
  return {
    issues: result.issues.slice(0, ISSUES_MAX).map(({ code, message, path = [] }) => ({
      code: typeof code === 'string' ? code : 'custom',
      message,
      path: path.map((part) => String(typeof part === 'object' ? part.key : part)),
    })),
  }
}
