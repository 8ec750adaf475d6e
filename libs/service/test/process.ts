// A service of its own for tests: node process.ts <number of lines to log> [hold]
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { runService } from '../src/index.ts'

const [lines = '0', hold] = process.argv.slice(2)

await runService('test', z.object({}), async (_config, log) => {
  for (let n = 0; n < Number(lines); n++) log.info({ n }, 'a line that nobody can read')
  process.emitWarning('so is this')
  await sleep(10)
  // As gRPC does with a connection to a container that is gone.
  if (hold) setInterval(() => {}, 1000)
  return { health: async () => ({ disk: 'ok' }), [Symbol.asyncDispose]: async () => {} }
})
