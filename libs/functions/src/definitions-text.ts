import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

/** The source of `createSync` and the other definitions. The package of the command line has it inside: see cli/tsdown.config.ts. */
export function definitionsText(): Promise<string> {
  return readFile(fileURLToPath(import.meta.resolve('@syncline/function-types/definitions')), 'utf8')
}
