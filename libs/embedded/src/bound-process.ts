import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Writable } from 'node:stream'

export type Exit = { code: number | null; signal: NodeJS.Signals | null }

/** Runs a program that is killed when this process ends, for whatever reason. Its output goes to the file `output`. */
export async function spawnBound(
  command: [string, ...string[]],
  { cwd, output, env }: { cwd: string; output: number; env: NodeJS.ProcessEnv },
) {
  const child = spawn('/bin/sh', ['-c', bound, 'sh', ...command], {
    cwd,
    env,
    stdio: ['ignore', output, output, 'pipe'],
    // In a session of its own it does not receive Ctrl-C: the launcher stops it after the services that use it.
    detached: true,
  })
  const lifeline = child.stdio[3] as Writable // a 'pipe', which the type cannot tell from the other kinds
  lifeline.on('error', () => {}) // the shell at the other end may be gone before it can read
  const exited = new Promise<Exit>((settle) => {
    child.once('exit', (code, signal) => {
      lifeline.end('the program has ended: leave its pid alone\n')
      settle({ code, signal })
    })
  })
  await once(child, 'spawn')
  const { pid } = child
  if (pid === undefined) throw new Error(`${command[0]} was spawned without a pid`)
  return { pid, exited, kill: (signal: NodeJS.Signals) => child.kill(signal) }
}

// A subshell reads from a pipe that this process holds open. The kernel closes it when this process ends, even by
// SIGKILL, and the subshell kills the program. The shell itself becomes the program (exec), so the child's pid is the
// program's own. Linux has a parent-death signal for this, macOS has none. SIGKILL is safe: these servers hand each
// write to the kernel before they acknowledge it. setup/run-in-front.js has the same line: it runs before there are
// packages to import.
const bound = '(read -r _ <&3 || kill -KILL $$) & exec "$@" 3<&-'
