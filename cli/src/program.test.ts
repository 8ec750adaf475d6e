import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Terminal } from '@syncline/testkit'
import { expect, test, vi } from 'vitest'
import { withCommands } from '../write-commands.ts'
import { summariesText } from '../write-summaries.ts'
import { program } from './program.ts'

const run = promisify(execFile)
// Most tests here start processes.
vi.setConfig({ testTimeout: 120_000 })

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

test.each([
  [['deploy', ''], ':0'],
  [['trigger', ''], ':4'],
])('a shell completes names of files where a file or folder is meant: %j', async (words, directive) => {
  expect((await syncline('complete', '--', ...words)).stdout.trim()).toBe(directive)
})

test.each(['bash', 'zsh', 'fish'])('there is a script for %s', async (shell) => {
  const { stdout } = await syncline('completion', shell)
  expect(stdout).toContain('syncline complete -- ')
  if (shell === 'bash') await run('bash', ['-n', '-c', stdout])
})

/** Typed, and what a shell makes of it after Tab: quotes, colons and commas of a description are as they are. */
const typed = (folder: string): [string, RegExp][] => [
  ['syncline tri', /trigger/],
  ['syncline variant ', /list\s.*the variants of a sync on a connection, `base` among them/],
  ['syncline deploy --di', /--diff/],
  ['syncline status --sort=st', /--sort=stale_since/],
  [`syncline provider check ${folder}/api`, /api\.yaml/],
]

async function folderWithCommand() {
  const folder = await mkdtempDisposable(join(tmpdir(), 'syncline-completions-'))
  const command = `#!/bin/sh\nexec '${process.execPath}' --no-warnings '${join(import.meta.dirname, 'main.ts')}' "$@"\n`
  await writeFile(join(folder.path, 'syncline'), command, { mode: 0o755 })
  await writeFile(join(folder.path, 'api.yaml'), '')
  return {
    ...folder,
    path: folder.path,
    env: { PATH: `${folder.path}:${process.env.PATH}`, HOME: folder.path },
  }
}

const installed = (shell: string) =>
  run(shell, ['-c', 'true']).then(
    () => true,
    () => false,
  )

test('zsh completes as its script says', async ({ skip }) => {
  if (!(await installed('zsh'))) skip('zsh is not installed')
  await using folder = await folderWithCommand()
  using terminal = new Terminal('zsh -f -i', folder.env)
  const load = `autoload -Uz compinit; compinit -u -D; source <(syncline completion zsh)`
  terminal.type(`unset zle_bracketed_paste; ${load}; print 'rea''dy'\n`)
  await terminal.shows(/ready/)
  for (const [text, shown] of typed(folder.path)) {
    terminal.type(`\x15${text}\t`) // Ctrl-U: a new line
    await terminal.shows(shown)
  }
})

test('fish completes as its script says', async ({ skip }) => {
  if (!(await installed('fish'))) skip('fish is not installed')
  await using folder = await folderWithCommand()
  const ask = typed(folder.path).map(([text]) => `complete -C '${text}'`)
  const script = ['syncline completion fish | source', ...ask].join('\n')
  const { stdout } = await run('fish', ['--no-config', '-c', script], { env: folder.env })
  for (const [, shown] of typed(folder.path)) expect(stdout).toMatch(shown)
})
