import { spawn } from 'node:child_process'
import { constants } from 'node:os'

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP']

/**
 * Runs a program in place of this process: with its input and output, its signals, and its exit code.
 *
 * This process receives Ctrl-C twice, from the terminal and from npm; the program must receive it once. So the program
 * has a session of its own, and only the first signal of each burst is forwarded. If SIGKILL ends this process, the
 * pipe that a subshell reads from ends, and the subshell sends the program a SIGTERM.
 */
export async function runInFront(program, args) {
  const bound = '(read -r _ <&3 || kill -TERM $$) & exec "$@" 3<&-'
  const child = spawn('/bin/sh', ['-c', bound, 'sh', program, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    detached: true,
  })
  child.stdio[3].on('error', () => {}) // the shell at its other end may be gone first

  const lastAt = {}
  for (const signal of forwarded) {
    process.on(signal, () => {
      const now = Date.now()
      if (now - (lastAt[signal] ?? 0) > 1_000) child.kill(signal)
      lastAt[signal] = now
    })
  }
  const [code, signal] = await new Promise((settle, fail) => {
    child.once('error', fail)
    child.once('exit', (...end) => settle(end))
  })
  child.stdio[3].end('the program has ended: leave its pid alone\n')
  for (const name of forwarded) process.removeAllListeners(name)
  return code ?? 128 + constants.signals[signal]
}
