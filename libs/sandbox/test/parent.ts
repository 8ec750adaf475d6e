import { join } from 'node:path'
import { buildHarness, startSandbox } from '../src/index.ts'

// A process that is killed while its child loops: it prints the child's pid.
const harness = await buildHarness(join(import.meta.dirname, 'program.ts'))
const sandbox = await startSandbox(harness)
await sandbox.run({
  input: `await host.call('pid', process.pid); for (;;);`,
  host: { pid: async (pid) => console.log(pid) },
  onLog: () => {},
})
