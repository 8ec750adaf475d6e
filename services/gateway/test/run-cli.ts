import { execFile } from 'node:child_process'
import { join } from 'node:path'

const CLI = join(import.meta.dirname, '../../../cli/src/main.ts')
/** As in its first line. */
const FLAGS = ['--disable-warning=ExperimentalWarning']

/** Runs the CLI as a process of its own. */
export function runCli(args: string[], env: NodeJS.ProcessEnv, cwd = process.cwd()) {
  return new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(
      process.execPath,
      [...FLAGS, CLI, ...args],
      { env: { PATH: process.env.PATH, ...env }, cwd },
      (error, out, err) => resolve({ code: error ? Number(error.code) : 0, out, err }),
    )
  })
}
