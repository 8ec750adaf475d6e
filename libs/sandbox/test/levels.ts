import { join } from 'node:path'
import { denyIoUring } from '../src/confinement/deny-io-uring.ts'
import { buildHarness, type Harness } from '../src/harness.ts'
import { type Level, levels } from '../src/level.ts'
import { defaultLimits, type Limits } from '../src/limits.ts'
import type { Outcome } from '../src/outcome.ts'
import type { ParentBudget } from '../src/parent-budget.ts'
import { type SandboxRun, startSandbox } from '../src/sandbox.ts'

denyIoUring()

/** Limits of time are out of reach of a busy machine; a test about one of them brings its own. */
export const limits: Limits = {
  ...defaultLimits,
  heapMb: 64,
  memoryMb: 256,
  wallMs: 50_000,
  silentMs: 30_000,
}

export const testHarness = (program = 'program.ts'): Promise<Harness> =>
  buildHarness(join(import.meta.dirname, program))

/** Levels that this machine can give, the strongest last. */
export const levelsHere: Level[] = []
{
  await using harness = await testHarness()
  for (const level of levels) {
    try {
      using _sandbox = await startSandbox(harness, limits, level)
      levelsHere.push(level)
    } catch (error) {
      console.log(`not on this machine: ${level} (${error instanceof Error ? error.message : error})`)
    }
  }
}

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
