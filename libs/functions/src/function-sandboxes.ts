import { join } from 'node:path'
import { openSandboxes, type Sandboxes, type SandboxesOptions } from '@syncline/sandbox'

/** Opens the pool of child processes that run sync functions. */
export function openFunctionSandboxes(options: Omit<SandboxesOptions, 'program'> = {}): Promise<Sandboxes> {
  return openSandboxes({ ...options, program: join(import.meta.dirname, 'runtime/program.ts') })
}
