import { inject } from 'vitest'
import type { Harness } from '../src/harness.ts'
import type { Level } from '../src/level.ts'
import { defaultLimits, type Limits } from '../src/limits.ts'
import type { Outcome } from '../src/outcome.ts'
import type { ParentBudget } from '../src/parent-budget.ts'
import { type SandboxRun, startSandbox } from '../src/sandbox.ts'
import type {} from './global-setup.ts' // declares what is provided

export { testHarness } from './test-harness.ts'

/** Limits of time are out of reach of a busy machine; a test about one of them brings its own. */
export const limits: Limits = {
  ...defaultLimits,
  heapMb: 64,
  memoryMb: 256,
  wallMs: 110_000,
  silentMs: 30_000,
}

/** Levels that this machine can give, the strongest last. */
export const levelsHere: Level[] = inject('levels')

export const strongest: Level = levelsHere.at(-1) ?? 'basic'

export type RunOptions = Partial<SandboxRun> & {
  limits?: Partial<Limits>
  level?: Level
  onStart?: (pid: number) => void
  budget?: ParentBudget
}

/** Runs `code` as the body of an async function with `host` and `require`. */
export async function runIn(harness: Harness, code: string, options: RunOptions = {}): Promise<Outcome> {
  const { limits: more, level = strongest, onStart, budget, ...run } = options
  using sandbox = await startSandbox(harness, { ...limits, ...more }, level, { budget })
  onStart?.(sandbox.pid)
  return await sandbox.run({ input: code, host: {}, onLog: () => {}, ...run })
}
