import { spawn } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const LIMIT_MS = 5 * 60_000

export interface Tests {
  files: string[]
  /** Tests whose name contains one of these; none = all. */
  only: string[]
}

/** `unfit`: no test ran, or a file did not load. */
export type Verdict =
  | { kind: 'green'; tests: number }
  | { kind: 'red'; test: string; message: string }
  | { kind: 'unfit'; message: string }

/** Runs tests of a tree in a vitest of their own, until the first one fails. */
export async function runTests(root: string, tests: Tests, signal: AbortSignal): Promise<Verdict> {
  const report = join(root, 'mutants-report.json')
  await rm(report, { force: true })
  const names = tests.only.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')
  const args = [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--bail=1',
    '--reporter=json',
    `--outputFile=${report}`,
    ...[...new Set(tests.files.map(projectOf))].map((project) => `--project=${project}`),
    ...(names === '' ? [] : ['-t', names]),
    ...tests.files,
  ]
  const late = AbortSignal.timeout(LIMIT_MS)
  const output = await outputOf(root, args, AbortSignal.any([signal, late]))
  if (late.aborted) return { kind: 'red', test: `no end within ${LIMIT_MS / 60_000} minutes`, message: '' }
  signal.throwIfAborted()
  const text = await readFile(report, 'utf8').catch(() => undefined)
  return text === undefined
    ? { kind: 'unfit', message: output.slice(-2000) }
    : verdictOf(Report.parse(JSON.parse(text)))
}

const Report = z.object({
  testResults: z.array(
    z.object({
      status: z.string(),
      message: z.string(),
      assertionResults: z.array(
        z.object({
          status: z.string(),
          fullName: z.string(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
})

function verdictOf({ testResults }: z.infer<typeof Report>): Verdict {
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults)
  const failed = tests.find(({ status }) => status === 'failed')
  if (failed) {
    const [message = ''] = failed.failureMessages?.[0]?.split('\n') ?? []
    return { kind: 'red', test: failed.fullName, message }
  }
  const passed = tests.filter(({ status }) => status === 'passed').length
  const broken = testResults.find(({ status }) => status === 'failed')
  if (broken) return { kind: 'unfit', message: broken.message }
  return passed > 0 ? { kind: 'green', tests: passed } : { kind: 'unfit', message: 'no test has this name' }
}

/** As vitest.config.ts has it. */
function projectOf(file: string): string {
  if (file.startsWith('e2e/')) return 'e2e'
  if (file.includes('/src/')) return 'unit'
  if (file.startsWith('libs/sandbox/test/')) return 'sandbox'
  return file.startsWith('services/runner/test/') ? 'runner' : 'integration'
}

/** Ends with the process, whatever its exit code; the report says how the tests went. */
async function outputOf(cwd: string, args: string[], signal: AbortSignal): Promise<string> {
  const child = spawn(process.execPath, args, { cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const stop = () => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL')
  signal.addEventListener('abort', stop, { once: true })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-10_000)
    })
  }
  await new Promise((resolve, reject) => child.on('close', resolve).on('error', reject))
  signal.removeEventListener('abort', stop)
  return output
}
