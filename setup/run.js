// node setup/run.js [<file.ts> [argument …]] installs what this repository needs on a machine that has only Node 20 and
// npm, then runs the file. Without a file it only installs (`npm run setup`). Plain JavaScript without dependencies, as
// they are not installed yet. Where nothing is missing it takes less than a tenth of a second.
import { delimiter } from 'node:path'
import { ensureDependencies } from './dependencies.js'
import { runInFront } from './run-in-front.js'
import { ensureServers } from './servers.js'
import { SetupError } from './step.js'
import { bin, ensureNode, ensurePnpm, nodeVersion } from './toolchain.js'

try {
  process.env.PATH = `${bin}${delimiter}${process.env.PATH}`
  const node = await ensureNode()
  await ensurePnpm()
  await ensureDependencies()
  await ensureServers()
  const command = process.argv.slice(2)
  if (command.length === 0)
    console.error(`ready. For pnpm and Node ${nodeVersion}: export PATH="${bin}:$PATH"`)
  // node:ffi, which sandboxes and the embedded ClickHouse use, is experimental: its warning does not help users.
  else process.exitCode = await runInFront(node, ['--disable-warning=ExperimentalWarning', ...command])
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  console.error(error.message)
  process.exitCode = 1
}
