export type JsonObject = Record<string, unknown>

/** What a person has typed as a JSON object. Empty text is not one. */
export function readJsonObject(text: string): { value: JsonObject | undefined } | { problem: string } {
  if (text.trim() === '') return { value: undefined }
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return { problem: 'must be a JSON object: {"name": "value"}' }
    return { value: value as JsonObject } // what JSON.parse gives is an object here
  } catch (error) {
    return { problem: `is not JSON: ${error instanceof Error ? error.message : String(error)}` }
  }
}

export const jsonText = (value: object | null | undefined): string =>
  value === null || value === undefined || Object.keys(value).length === 0
    ? ''
    : JSON.stringify(value, null, 2)
