import { readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildHarness, type Harness } from '../src/harness.ts'
import { defaultLimits } from '../src/limits.ts'
import { startSandbox } from '../src/sandbox.ts'

let harness: Harness
beforeAll(async () => {
  harness = await buildHarness(join(import.meta.dirname, 'program.ts'))
})
afterAll(() => harness[Symbol.asyncDispose]())

// This process has not denied io_uring to its children, as one that starts them should.
test.runIf(process.platform === 'linux')(
  'a child that finds a hole in its confinement runs nothing, and says which',
  async () => {
    try {
      using sandbox = await startSandbox(harness, defaultLimits, 'oswall')
      // Elsewhere somebody else has denied it: a container, or the administrator.
      const fds = process.getuid?.() === 0 ? readdirSync(`/proc/${sandbox.pid}/fd`) : []
      const files = fds.map((fd) => readlinkSync(`/proc/${sandbox.pid}/fd/${fd}`))
      expect(files.filter((file) => file.includes('io_uring'))).toEqual([])
    } catch (error) {
      expect(String(error)).toMatch(/did not start: .*(hole.*io_uring|kernel refuses)/)
    }
  },
)
