import { execFile, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

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

/** Runs it until it has printed so many lines on stdout, then ends it. */
export async function linesOfCli(count: number, args: string[], env: NodeJS.ProcessEnv): Promise<string[]> {
  const child = spawn(process.execPath, [...FLAGS, CLI, ...args], {
    ...{ env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 'inherit'] },
  })
  const lines: string[] = []
  for await (const line of createInterface({ input: child.stdout })) if (lines.push(line) === count) break
  child.kill()
  return lines
}
