import { join } from 'node:path'
import { buildHarness, type Harness } from '@syncline/sandbox'

/** The script of a child process that runs sync functions. */
export function functionHarness(): Promise<Harness> {
  return buildHarness(join(import.meta.dirname, 'runtime/program.ts'))
}
