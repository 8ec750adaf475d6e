import { z } from 'zod'
import type { VariableFacts } from './variable.ts'

/** The variables that a schema of a service reads. */
export function variableNames(schema: z.core.$ZodType): string[] {
  return Object.keys(shapeOf(schema))
}

/** What is known of each of them. */
export function variableFacts(schema: z.core.$ZodType): Map<string, VariableFacts> {
  return new Map(Object.entries(shapeOf(schema)).map(([name, field]) => [name, factsOf(field)]))
}

/** A schema of a service is an object, perhaps with a check or a transformation behind it. */
function shapeOf(schema: z.core.$ZodType): Record<string, z.core.$ZodType> {
  if (schema instanceof z.ZodPipe) return shapeOf(schema.in)
  return schema instanceof z.ZodObject ? schema.shape : {}
}

function factsOf(field: z.core.$ZodType): VariableFacts {
  const meta = z.globalRegistry.get(field) as { facts: VariableFacts } | undefined // `required` sets it
  if (meta) return meta.facts
  return field instanceof z.ZodPipe ? factsOf(field.in) : { kind: 'text' }
}
