import { InvalidArgumentError } from 'commander'
import { type JsonObject, parseJson } from './json-object.ts'
import { readValue } from './read-value.ts'
import { UsageError } from './usage-error.ts'

/** Fields of the API as JSON, which may hold secrets: errors do not show them. */
export function readSettings(value: string): JsonObject {
  try {
    return parseJson(readValue(value))
  } catch (error) {
    throw error instanceof InvalidArgumentError ? new UsageError(`--settings ${error.message}`) : error
  }
}
