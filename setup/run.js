// node setup/run.js <file.ts> [argument …] runs a file of this repository on a machine that has nothing but Node 20 and
// npm: what is missing is brought in first. Plain JavaScript without dependencies, as there is nothing yet to build on.
// Where all is in place this adds less than a tenth of a second.
import { delimiter } from 'node:path'
import { ensureDependencies } from './dependencies.js'
import { runInFront } from './run-in-front.js'
import { ensureServers } from './servers.js'
import { SetupError } from './step.js'
import { bin, ensureNode, ensurePnpm } from './toolchain.js'

try {
  process.env.PATH = `${bin}${delimiter}${process.env.PATH}`
  const node = await ensureNode()
  await ensurePnpm()
  await ensureDependencies()
  await ensureServers()
  // node:ffi, by which sandboxes and the embedded ClickHouse are built, is experimental; users need not hear of it.
  process.exitCode = await runInFront(node, [
    '--disable-warning=ExperimentalWarning',
    ...process.argv.slice(2),
  ])
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  console.error(error.message)
  process.exitCode = 1
}
