// What `npm test` runs. First what needs no server, all at once: a failure there ends it. Then the tests on real servers.
// The end of the output names the tests that failed; the last line says how many passed and failed.
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { mkdtempDisposable, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type Count, line, readReport, shortList, type TestReport } from './test-report.ts'

type Result = TestReport & { name: string; seconds: number }

const root = join(import.meta.dirname, '..')
const tool = (name: string) => join(root, 'node_modules/.bin', name)

const checks = {
  lockfile: ['pnpm', 'install', '--frozen-lockfile', '--lockfile-only'],
  proto: [process.execPath, 'setup/proto-check.ts'],
  lint: [tool('biome'), 'check', '.'],
  types: [tool('tsc'), '--noEmit'],
  'types of web': [tool('tsc'), '--noEmit', '-p', 'web'],
  'types of docs': ['pnpm', '--silent', 'types:docs'],
  // For the tests in a browser. It is here, beside the checks, because it takes as long as they do.
  chromium: [process.execPath, 'setup/chromium.js'],
  // The gateway of the tests serves them.
  web: [process.execPath, '--no-warnings', 'setup/build-pages.ts', 'web'],
  docs: [process.execPath, '--no-warnings', 'setup/build-pages.ts', 'docs'],
}
// Groups run one after the other, the projects of one at the same time: those that wait much of their time. Integration keeps two cores
// busy by itself.
const groups = [['integration'], ['sandbox', 'runner'], ['e2e', 'browser']]
const longestMs = 10 * 60_000
// Vitest colours its output even where it goes to a file.
const env = process.stdout.isTTY ? process.env : { ...process.env, NO_COLOR: '1' }

const interrupt = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupt.abort())

const results = await Promise.all([
  ...Object.entries(checks).map(([name, command]) => runCheck(name, command)),
  runTests('unit', 0),
])
if (results.some(({ count }) => count.failed)) {
  console.log(`not run, because a check or a unit test failed: ${groups.flat().join(', ')}`)
} else for (const group of groups) results.push(...(await Promise.all(group.map(runTests))))

const total = results.map(({ count }) => count).reduce(sum)
for (const { name, seconds, count } of results) {
  const numbers = name in checks ? '' : inWords(count)
  console.log(
    `${count.failed ? '✗' : '✓'} ${name.padEnd(12)}${seconds.toFixed(1).padStart(6)} s   ${numbers}`,
  )
}
for (const failure of shortList(results.flatMap(failuresOf))) console.log(failure)
console.log(inWords(total))
process.exitCode = total.failed ? 1 : 0

/** A check prints nothing when it passes, and counts as one failed test when it fails. */
async function runCheck(name: string, command: string[]): Promise<Result> {
  const started = performance.now()
  const child = start(command, 'pipe')
  const [code, ...said] = await Promise.all([
    end(child),
    ...[child.stdout, child.stderr].map((s) => s && text(s)),
  ])
  const failures = code === 0 ? [] : [line('failed', said.join(''))]
  if (code !== 0) console.log(`${name}: ${command.join(' ')}\n${said.join('')}`)
  return {
    name,
    seconds: since(started),
    count: { passed: 0, failed: failures.length, skipped: 0 },
    failures,
  }
}

/** `index`: among those that run at the same time. What the others print comes when they have ended. */
async function runTests(project: string, index: number): Promise<Result> {
  const started = performance.now()
  await using temp = await mkdtempDisposable(join(tmpdir(), 'syncline-results-'))
  const file = join(temp.path, 'results.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const command = [tool('vitest'), 'run', '--project', project, '--passWithNoTests', ...reporters]
  const child = start(command, index === 0 ? 'inherit' : 'pipe')
  const [code, ...said] = await Promise.all([
    end(child),
    ...[child.stdout, child.stderr].map((s) => s && text(s)),
  ])
  process.stdout.write(said.join(''))
  const report = await readFile(file, 'utf8').catch(() => undefined)
  return { name: project, seconds: since(started), ...readReport(report, code, root) }
}

function failuresOf({ name, failures }: Result): string[] {
  return failures.map((failure) => `✗ ${name}: ${failure}`)
}

function start([command = '', ...args]: string[], output: 'pipe' | 'inherit') {
  const stdio: StdioOptions = ['ignore', output, output]
  const signal = AbortSignal.any([interrupt.signal, AbortSignal.timeout(longestMs)])
  return spawn(command, args, { cwd: root, env, stdio, signal })
}

function end(child: ChildProcess) {
  child.on('error', (error) => console.error(error.message))
  return new Promise<number | null>((settle) => child.once('close', settle))
}

function sum(a: Count, b: Count): Count {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped }
}

function inWords({ passed, failed, skipped }: Count): string {
  return `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`
}

function since(started: number): number {
  return (performance.now() - started) / 1000
}
