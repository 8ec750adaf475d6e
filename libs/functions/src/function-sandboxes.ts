import { join } from 'node:path'
import { openSandboxes, type Sandboxes, type SandboxesOptions } from '@syncline/sandbox'

/** Where the child processes that run sync functions come from. */
export function openFunctionSandboxes(options: Omit<SandboxesOptions, 'program'> = {}): Promise<Sandboxes> {
  return openSandboxes({ ...options, program: join(import.meta.dirname, 'runtime/program.ts') })
}
