const MAX_FIELDS = 16
const MAX_KEY_CHARS = 255
/** Of all texts, in UTF-8. */
const MAX_TEXT_BYTES = 64 * 1024

/** Encodes a checkpoint: a flat object of texts, finite numbers, booleans and dates. An error names the wrong field. */
export function checkpointJson(checkpoint: unknown): string {
  if (typeof checkpoint !== 'object' || checkpoint === null || Array.isArray(checkpoint)) {
    throw new Error(`a checkpoint is an object with fields, not ${JSON.stringify(checkpoint) ?? 'undefined'}`)
  }
  const fields = Object.entries(checkpoint).filter(([, value]) => value !== undefined)
  if (fields.length > MAX_FIELDS) {
    throw new Error(`the checkpoint has ${fields.length} fields; ${MAX_FIELDS} are allowed`)
  }
  const checked = fields.map(([key, value]) => [checkedKey(key), field(key, value)] as const)
  const bytes = checked.reduce((sum, [, value]) => sum + textBytes(value), 0)
  if (bytes > MAX_TEXT_BYTES) {
    throw new Error(`the texts of the checkpoint have ${bytes} bytes; ${MAX_TEXT_BYTES} are allowed`)
  }
  return JSON.stringify(Object.fromEntries(checked))
}

const textBytes = (value: string | number | boolean) =>
  typeof value === 'string' ? Buffer.byteLength(value) : 0

function checkedKey(key: string): string {
  if (key === '' || key.length > MAX_KEY_CHARS) {
    throw new Error(
      `the checkpoint has a field name of ${key.length} characters; 1 to ${MAX_KEY_CHARS} are allowed`,
    )
  }
  return key
}

function field(key: string, value: unknown): string | number | boolean {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString()
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return value
  if (typeof value !== 'string') {
    const kind = value === null ? 'null' : typeof value === 'number' ? String(value) : typeof value
    throw new Error(
      `the checkpoint's field '${key}' is ${kind}; text, finite numbers, booleans and dates are allowed`,
    )
  }
  return value
}
