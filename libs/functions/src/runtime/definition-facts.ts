import type { Definition, Definitions } from './evaluate.ts'
import { jsonSchemaOf } from './json-schema.ts'

/** The facts of a definition as plain data. The parent validates them. */
export function definitionFacts(definition: Definition): Record<string, unknown> {
  switch (definition.type) {
    case 'sync':
      return syncFacts(definition)
    case 'action':
      return actionFacts(definition)
    case 'onEvent': {
      const { type, description, version, event } = definition
      return { type, description, version, event }
    }
  }
}

function actionFacts({ type, description, version, scopes, input, output }: Definitions['action']) {
  return {
    ...{ type, description, version, scopes },
    inputSchema: jsonSchemaOf(input, 'input'),
    outputSchema: jsonSchemaOf(output, 'output'),
  }
}

function syncFacts(definition: Definitions['sync']) {
  for (const [name, schema] of Object.entries(definition.models)) requireId(name, schema)
  const { description, version, frequency, autoStart, trackDeletes, syncType } = definition
  const { fresh, jitter, retries, concurrency, overlap, pauseAfterFailures, validate } = definition
  return {
    type: definition.type,
    description,
    version,
    frequency,
    autoStart,
    trackDeletes,
    syncType,
    ...{ fresh, jitter, retries, concurrency, overlap, pauseAfterFailures, validate },
    models: Object.keys(definition.models),
    modelSchemas: modelSchemas(definition.models),
  }
}

/** A model whose schema can't be said as JSON Schema is left out. */
function modelSchemas(models: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(models).flatMap(([name, schema]) => {
      try {
        const described = jsonSchemaOf(schema, 'output')
        return Object.keys(described).length > 0 ? [[name, described]] : []
      } catch {
        return []
      }
    }),
  )
}

function requireId(name: string, schema: unknown): void {
  if (typeof schema !== 'object' || schema === null)
    throw new Error(`the model '${name}' is not a zod schema`)
  const shape = 'shape' in schema ? schema.shape : undefined
  if (typeof shape === 'object' && shape !== null && !('id' in shape)) {
    throw new Error(`the model '${name}' has no field 'id', which identifies its records`)
  }
}
