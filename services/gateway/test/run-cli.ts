import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import type { CommandLine, Ended } from './cli-process.ts'

const CLI = join(import.meta.dirname, '../../../cli/src/main.ts')
/** As in its first line. */
const FLAGS = ['--disable-warning=ExperimentalWarning']

/** Processes of the CLI that have nothing to do. */
const idle: ChildProcess[] = []

/**
 * Runs a command line of the CLI. A process that has ended one takes the next: to start one for each took most of the time of their
 * tests. `spawnCli` does start one.
 */
export async function runCli(args: string[], env: NodeJS.ProcessEnv, cwd = process.cwd()): Promise<Ended> {
  const child = idle.pop() ?? fork(join(import.meta.dirname, 'cli-process.ts'), { execArgv: FLAGS })
  const ended = Promise.withResolvers<Ended>()
  const died = (code: number | null) =>
    ended.reject(new Error(`the process of 'syncline ${args.join(' ')}' ended with ${code}`))
  child.once('message', ended.resolve).once('exit', died)
  child.send({ args, env: { PATH: process.env.PATH, ...env }, cwd } satisfies CommandLine)
  const answer = await ended.promise
  child.off('exit', died)
  idle.push(child)
  return answer
}

/** Runs the CLI as a process of its own. */
export async function spawnCli(args: string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  const child = spawn(process.execPath, [...FLAGS, CLI, ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [[code], out, err] = await Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)])
  return { code, out, err }
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
