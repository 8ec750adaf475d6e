import { InvalidArgumentError } from 'commander'

export type JsonObject = Record<string, unknown>

export function parseJson(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text)
    // What is neither null, nor an array, nor a plain value, is an object with any keys.
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject
  } catch {}
  throw new InvalidArgumentError(`must be a JSON object such as {"repo":"acme/shop"}`)
}
