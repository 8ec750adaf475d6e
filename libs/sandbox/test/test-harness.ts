import { join } from 'node:path'
import { denyIoUring } from '../src/confinement/deny-io-uring.ts'
import { buildHarness, type Harness } from '../src/harness.ts'

denyIoUring()

export const testHarness = (program = 'program.ts'): Promise<Harness> =>
  buildHarness(join(import.meta.dirname, program))
