import type { TestProject } from 'vitest/node'
import { type Level, levels } from '../src/level.ts'
import { defaultLimits } from '../src/limits.ts'
import { startSandbox } from '../src/sandbox.ts'
import { testHarness } from './test-harness.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** That this machine can give, the strongest last. */
    levels: Level[]
  }
}

export default async function setup(project: TestProject) {
  await using harness = await testHarness()
  const found: Level[] = []
  for (const level of levels) {
    try {
      using _sandbox = await startSandbox(harness, defaultLimits, level)
      found.push(level)
    } catch (error) {
      console.log(`not on this machine: ${level} (${error instanceof Error ? error.message : error})`)
    }
  }
  project.provide('levels', found)
}
