import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Writable } from 'node:stream'

export type Exit = { code: number | null; signal: NodeJS.Signals | null }

/** Runs a program that ends when this process ends, whatever ends it. Its output goes to the file `output`. */
export async function spawnBound(
  command: [string, ...string[]],
  { cwd, output, env }: { cwd: string; output: number; env: NodeJS.ProcessEnv },
) {
  const child = spawn('/bin/sh', ['-c', bound, 'sh', ...command], {
    cwd,
    env,
    stdio: ['ignore', output, output, 'pipe'],
    // In a session of its own, Ctrl-C does not reach it: its owner stops it, after those who use it have ended.
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

// A subshell waits on a pipe that we hold open: its end, which the kernel sees to even if we die of SIGKILL, is the end
// of the program. The shell itself then becomes the program (exec), so the pid we watch is the program's own. Linux's
// parent-death signal would do too, but macOS has none. SIGKILL is safe: our servers hand each write to the kernel
// before they acknowledge it.
const bound = '(read -r _ <&3 || kill -KILL $$) & exec "$@" 3<&-'
