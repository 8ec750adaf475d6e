// Fails when proto/gen is not what the .proto files generate.
import { execFileSync } from 'node:child_process'
import { mkdtempDisposableSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const committed = join(root, 'proto/gen')

using temp = mkdtempDisposableSync(join(tmpdir(), 'syncline-proto-'))
const generated = join(temp.path, 'gen')
run('buf', 'lint')
run('buf', 'generate', '--output', temp.path)
run(
  'biome',
  'check',
  '--write',
  '--linter-enabled=false',
  '--vcs-enabled=false',
  `--config-path=${root}`,
  generated,
)

const before = filesOf(committed)
const now = filesOf(generated)
const stale = [...new Set([...before.keys(), ...now.keys()])].filter(
  (path) => before.get(path) !== now.get(path),
)
if (stale.length > 0) {
  console.error(
    `proto/gen is out of date: ${stale.sort().join(', ')}. Run: pnpm proto, and commit the result`,
  )
  process.exitCode = 1
}

function run(tool: string, ...args: string[]) {
  try {
    execFileSync(join(root, 'node_modules/.bin', tool), args, { cwd: join(root, 'proto'), stdio: 'pipe' })
  } catch (cause) {
    const { stdout, stderr } = cause as { stdout: Buffer; stderr: Buffer } // as execFileSync throws it
    throw new Error(`${tool} ${args[0]} failed:\n${stdout}${stderr}`, { cause })
  }
}

function filesOf(folder: string): Map<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.ts'),
  )
  return new Map(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')]))
}
