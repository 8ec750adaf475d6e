import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { run, SetupError, step } from './step.js'

// By the name of the program.
const debianPackages = { 'nats-server': 'nats-server', 'redis-server': 'redis-server' }
const homebrewPackages = { 'nats-server': 'nats-server', 'redis-server': 'redis' }

/** Installs the missing servers with the system's package manager. (ClickHouse is one of the npm packages.) */
export async function ensureServers() {
  const missing = Object.keys(debianPackages).filter((program) => !isInstalled(program))
  if (missing.length === 0) return
  const title = `${missing.join(' and ')} by `

  if (process.platform === 'darwin' && isInstalled('brew')) {
    const packages = missing.map((program) => homebrewPackages[program])
    const advice = `Run: brew install ${packages.join(' ')}, then repeat`
    return step(`${title}Homebrew`, () => run(['brew', 'install', ...packages], { advice }))
  }
  if (process.platform === 'linux' && isInstalled('apt-get')) {
    const packages = missing.map((program) => debianPackages[program])
    return step(`${title}apt-get`, () => aptInstall(packages))
  }
  throw new SetupError(`${missing.join(' and ')} missing: install with your package manager, then repeat`)
}

export async function aptInstall(packages) {
  const asRoot = process.getuid() === 0 ? [] : ['sudo', '-n']
  const apt = [...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-o', 'DPkg::Lock::Timeout=120']
  const install = [...apt, 'install', '-y', '--no-install-recommends', ...packages]
  const advice = `Run as root: apt-get install ${packages.join(' ')}, then repeat`
  try {
    await run(install, { advice })
  } catch {
    // A fresh machine has no package lists; on an old one they are stale.
    await run([...apt, 'update'], { advice })
    await run(install, { advice })
  }
}

// The folders beyond the PATH are those that libs/embedded searches too.
export function isInstalled(program) {
  const folders = [...process.env.PATH.split(delimiter), '/usr/local/sbin', '/usr/sbin', '/opt/homebrew/bin']
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
