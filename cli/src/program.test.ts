import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { withCommands } from '../write-commands.ts'
import { summariesText } from '../write-summaries.ts'
import { program } from './program.ts'

const run = promisify(execFile)

test('the list of commands in README.md is that of the program', () => {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8')
  expect(readme, 'write it again: pnpm contract').toBe(withCommands(readme))
})

test('what commands say of themselves is what the contract says of their routes', () => {
  const written = readFileSync(join(import.meta.dirname, 'summaries.json'), 'utf8')
  expect(written, 'write it again: pnpm contract').toBe(summariesText())
})

test('the command line starts without the contract of the API and without zod', async () => {
  const record = `import { registerHooks } from 'node:module'
    registerHooks({ load(url, context, next) { process.stderr.write(url + '\\n'); return next(url, context) } })`
  const hook = `data:text/javascript,${encodeURIComponent(record)}`
  const main = join(import.meta.dirname, 'main.ts')
  const { stdout, stderr } = await run(process.execPath, ['--import', hook, main, '--help'])
  expect(stdout).toContain('Usage: syncline')
  const loaded = stderr.split('\n')
  expect(loaded.filter((url) => url.includes('/cli/src/commands/')).length).toBeGreaterThan(30)
  expect(
    loaded.filter((url) => /node_modules\/(zod|esbuild)|\/libs\/(api|functions|providers)\//.test(url)),
  ).toEqual([])
})

test('each command has --json', () => {
  const leaves = program.commands.flatMap((it) => (it.commands.length > 0 ? [...it.commands] : [it]))
  const without = leaves.filter((it) => !it.options.some(({ long }) => long === '--json'))
  expect(without.map((it) => it.name())).toEqual(['completion', 'complete'])
})

test('names stand in one order in all commands: integration, sync or model, connection', () => {
  const all = program.commands.flatMap((it) => [it, ...it.commands])
  const order = ['integration', 'sync', 'syncs', 'function', 'action', 'variant', 'model', 'connection']
  for (const command of all) {
    const names = command.registeredArguments.map((it) => it.name()).filter((name) => order.includes(name))
    expect(names, command.name()).toEqual(names.toSorted((a, b) => order.indexOf(a) - order.indexOf(b)))
  }
})

const syncline = (...args: string[]) =>
  run(process.execPath, ['--no-warnings', join(import.meta.dirname, 'main.ts'), ...args])

test.each([
  [['tri'], /^trigger\trun syncs now$/m],
  [['variant', 'cr'], /^create\t/m],
  [['runs', '--fa'], /^--failed\t/m],
])('a shell completes %j', async (words, found) => {
  expect((await syncline('complete', '--', ...words)).stdout).toMatch(found)
})

test.each(['bash', 'zsh', 'fish'])('there is a script for %s', async (shell) => {
  const { stdout } = await syncline('completion', shell)
  expect(stdout).toContain('syncline complete -- ')
  if (shell === 'bash') await run('bash', ['-n', '-c', stdout])
})
