import { join } from 'node:path'
import { openSandboxes, type Sandboxes, type SandboxesOptions } from '@syncline/sandbox'
import { describeLimits } from './limits.ts'

/** Opens the pool of child processes that run functions. */
export function openFunctionSandboxes(options: Omit<SandboxesOptions, 'program'> = {}): Promise<Sandboxes> {
  return openSandboxes({ ...options, program: join(import.meta.dirname, 'runtime/program.ts') })
}

/** Opens child processes that read definitions. They have a program of their own: it contains all of zod. */
export function openDescribeSandboxes(): Promise<Sandboxes> {
  const program = join(import.meta.dirname, 'runtime/describe-program.ts')
  return openSandboxes({ limits: describeLimits, program })
}
