import { execFile, spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const CLI = join(import.meta.dirname, '../../../cli/src/main.ts')
/** As in its first line. */
const FLAGS = ['--disable-warning=ExperimentalWarning']
/** Each command is a process of its own: what Node has compiled for one serves the next. */
const NODE_COMPILE_CACHE = join(tmpdir(), 'syncline-cli-compile-cache')

/** Runs the CLI as a process of its own. */
export function runCli(args: string[], env: NodeJS.ProcessEnv, cwd = process.cwd()) {
  return new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(
      process.execPath,
      [...FLAGS, CLI, ...args],
      { env: { PATH: process.env.PATH, NODE_COMPILE_CACHE, ...env }, cwd },
      (error, out, err) => resolve({ code: error ? Number(error.code) : 0, out, err }),
    )
  })
}

/** Runs it until it has printed so many lines on stdout, then ends it. */
export async function linesOfCli(count: number, args: string[], env: NodeJS.ProcessEnv): Promise<string[]> {
  const child = spawn(process.execPath, [...FLAGS, CLI, ...args], {
    ...{ env: { PATH: process.env.PATH, NODE_COMPILE_CACHE, ...env }, stdio: ['ignore', 'pipe', 'inherit'] },
  })
  const lines: string[] = []
  for await (const line of createInterface({ input: child.stdout })) if (lines.push(line) === count) break
  child.kill()
  return lines
}
