import { z } from 'zod'

/**
 * JSON Schema of a schema of the project's own zod, which is of version 4 like ours. What JSON Schema can't say is left open; the
 * schema itself checks it.
 */
export function jsonSchemaOf(schema: unknown, side: 'input' | 'output'): Record<string, unknown> {
  if (typeof schema !== 'object' || schema === null || !('_zod' in schema)) return {}
  const described = z.toJSONSchema(schema as z.ZodType, { io: side, unrepresentable: 'any' })
  return JSON.parse(JSON.stringify(described))
}
