export type Checkpoint = Record<string, string | number | boolean>

const MAX_FIELDS = 16

/** A text as a checkpoint, or what is wrong with it: the rest of the sentence that begins with `it`. */
export function readCheckpoint(text: string): { checkpoint: Checkpoint } | { problem: string } {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { problem: `is not JSON: ${error instanceof Error ? error.message : error}` }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { problem: 'is not a JSON object' }
  const fields = Object.entries(value)
  if (fields.length > MAX_FIELDS)
    return { problem: `has ${fields.length} fields, and ${MAX_FIELDS} are allowed` }
  const odd = fields.find(([, field]) => !['string', 'number', 'boolean'].includes(typeof field))
  if (odd) return { problem: `has a field '${odd[0]}' that is neither a text, a number nor a boolean` }
  return { checkpoint: value as Checkpoint } // each field was looked at
}
