import type { Level } from '../src/level.ts'
import { defaultLimits } from '../src/limits.ts'
import { startSandbox } from '../src/sandbox.ts'
import { testHarness } from './test-harness.ts'

// A process that is killed while its child loops: it prints the child's pid.
const harness = await testHarness()
const sandbox = await startSandbox(harness, defaultLimits, process.argv[2] as Level) // by the test
await sandbox.run({
  input: `await host.call('pid', process.pid); for (;;);`,
  host: { pid: async (pid) => process.stdout.write(`pid ${pid}\n`) },
  onLog: () => {},
})
