import { InvalidArgumentError } from 'commander'
import { readValue } from './read-value.ts'

/** Any JSON: as the option has it, of a file (`@<file>`) or of stdin (`-`). */
export function readJsonValue(value: string): unknown {
  try {
    return JSON.parse(readValue(value))
  } catch (error) {
    throw new InvalidArgumentError(
      `must be JSON, @<file> or -: ${error instanceof Error ? error.message : error}`,
    )
  }
}
