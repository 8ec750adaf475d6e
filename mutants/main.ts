/**
 * Puts faults into a copy of the tree, one by one, and expects the named tests to be red: `pnpm mutants [name…]`,
 * `pnpm mutants --list`. Names may be parts of names. Ends with 1 if a fault goes unnoticed.
 */
import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startServers, variableOf } from '@syncline/testkit/start-servers'
import { cleanCopy } from './clean-copy.ts'
import { mutants } from './faults/index.ts'
import { type Mutant, mutated } from './mutant.ts'
import { runTests, type Verdict } from './run-tests.ts'

const { values, positionals } = parseArgs({ options: { list: { type: 'boolean' } }, allowPositionals: true })
const chosen = mutants.filter(
  ({ name }) => positionals.length === 0 || positionals.some((part) => name.includes(part)),
)
const width = Math.max(...mutants.map(({ name }) => name.length))

if (chosen.length === 0) throw new Error(`no mutant has '${positionals.join("' or '")}' in its name`)
if (values.list) for (const { name, attacks } of chosen) console.log(`${name.padEnd(width)}  ${attacks}`)
else process.exitCode = await main()

async function main(): Promise<number> {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => stop.abort(new Error(signal)))
  await using copy = await cleanCopy(join(import.meta.dirname, '..'))
  await using temp = await mkdtempDisposable(join(tmpdir(), 'syncline-mutants-'))
  await using servers = await startServers(temp.path, process.env)
  for (const name of ['nats', 'redis', 'clickhouse'] as const)
    process.env[variableOf(name)] = servers[name].url

  // A test that is red by itself says nothing about a fault.
  for (const some of Object.values(
    Object.groupBy(chosen, ({ only }) => (only ? 'by name' : 'whole files')),
  )) {
    const sound = await runTests(copy.path, testsOf(some), stop.signal)
    if (sound.kind !== 'green') {
      console.error(`without any fault the tests are ${sound.kind}: ${reasonOf(sound)}`)
      return 1
    }
  }
  const unnoticed: string[] = []
  for (const mutant of chosen) {
    const startedAt = Date.now()
    const verdict = await tryOut(copy.path, mutant, stop.signal)
    if (verdict.kind !== 'red') unnoticed.push(mutant.name)
    const word = { red: 'noticed', green: 'SURVIVED', unfit: 'DOES NOT RUN' }[verdict.kind]
    const seconds = ((Date.now() - startedAt) / 1000).toFixed(0)
    console.log(
      `${mutant.name.padEnd(width)}  ${word.padEnd(8)}  ${seconds.padStart(3)} s  ${mutant.attacks}\n    ${reasonOf(verdict)}`,
    )
  }
  console.log(
    `${chosen.length - unnoticed.length} of ${chosen.length} faults were noticed${unnoticed.length > 0 ? `; not: ${unnoticed.join(', ')}` : ''}`,
  )
  return unnoticed.length > 0 ? 1 : 0
}

async function tryOut(root: string, mutant: Mutant, signal: AbortSignal): Promise<Verdict> {
  const originals = new Map<string, string>()
  try {
    for (const edit of mutant.edits) {
      const text = await readFile(join(root, edit.file), 'utf8')
      if (!originals.has(edit.file)) originals.set(edit.file, text)
      await writeFile(join(root, edit.file), mutated(text, edit))
    }
    return await runTests(root, testsOf([mutant]), signal)
  } finally {
    for (const [file, text] of originals) await writeFile(join(root, file), text)
  }
}

function testsOf(some: Mutant[]) {
  const files = [...new Set(some.flatMap(({ tests }) => tests))]
  return { files, only: [...new Set(some.flatMap(({ only }) => only ?? []))] }
}

function reasonOf(verdict: Verdict): string {
  if (verdict.kind === 'green') return `${verdict.tests} tests are green`
  return verdict.kind === 'red' ? `${verdict.test}: ${verdict.message}` : verdict.message
}
