import type { Definition } from './evaluate.ts'

/** What a definition says about itself, as data. Its values are checked by who asked. */
export function definitionFacts(definition: Definition): Record<string, unknown> {
  for (const [name, schema] of Object.entries(definition.models)) requireId(name, schema)
  const { description, version, frequency, autoStart, trackDeletes, syncType } = definition
  return {
    description,
    version,
    frequency,
    autoStart,
    trackDeletes,
    syncType,
    models: Object.keys(definition.models),
    hasMetadata: definition.metadata !== undefined,
    hasCheckpoint: definition.checkpoint !== undefined,
    hasWebhook: typeof definition.onWebhook === 'function',
  }
}

function requireId(name: string, schema: unknown): void {
  if (typeof schema !== 'object' || schema === null)
    throw new Error(`the model '${name}' is not a zod schema`)
  const shape = 'shape' in schema ? schema.shape : undefined
  if (typeof shape === 'object' && shape !== null && !('id' in shape)) {
    throw new Error(`the model '${name}' has no field 'id'; records are told apart by it`)
  }
}
