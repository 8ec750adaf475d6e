import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { run, step } from './step.js'
import { root } from './toolchain.js'

/** Installs what the lockfile names, unless just that was installed last. */
export async function ensureDependencies() {
  // pnpm leaves a copy of the lockfile when it has installed it.
  if (read('pnpm-lock.yaml') === read('node_modules/.pnpm/lock.yaml')) return
  await step('Dependencies by pnpm', () =>
    run(['pnpm', '--dir', root, 'install', '--frozen-lockfile'], {
      env: { CI: 'true' }, // ask nothing
      advice: 'If the lockfile is out of date: pnpm install. Else check the network, then repeat',
    }),
  )
}

function read(path) {
  try {
    return readFileSync(join(root, path), 'utf8')
  } catch {
    return undefined
  }
}
