import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { setPriority } from 'node:os'
import type { Duplex, Readable, Writable } from 'node:stream'
import type { Harness } from './harness.ts'
import type { Limits } from './limits.ts'

const STDERR_TAIL_CHARS = 16 * 1024

export interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
  /** The last 16 KiB. */
  stderr: string
}

export interface Child {
  pid: number
  channel: Duplex
  /** Settles when the process is gone and all it wrote was read. */
  exited: Promise<Exit>
  onStdout(listener: (bytes: number) => void): void
  kill(): void
}

/** Node with no rights but to read its own script, no environment, and fd 3 to talk to us. */
export function spawnChild(harness: Harness, limits: Limits): Child {
  const child = spawn('/bin/sh', ['-c', bound, 'sh', process.execPath, ...flags(harness, limits)], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
    env: { TZ: 'UTC', LANG: 'C.UTF-8' },
    cwd: '/',
    detached: true, // Ctrl-C is for the runner
  })
  const { pid } = child
  if (pid === undefined) throw new Error('a sandbox child was not spawned')
  preferAsVictim(pid)

  // The kinds of stdio above; the type can't tell.
  const [, stdout, stderr, channel, lifeline] = child.stdio as [null, Readable, Readable, Duplex, Writable]
  channel.on('error', () => {}) // EPIPE of a child that has ended: its exit says more
  lifeline.on('error', () => {})
  let tail = ''
  stderr.on('data', (chunk) => {
    tail = (tail + chunk).slice(-STDERR_TAIL_CHARS)
  })
  child.once('exit', () => lifeline.end('it has ended: leave its pid alone\n'))
  return {
    pid,
    channel,
    exited: new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => resolve({ code, signal, stderr: tail }))
    }),
    onStdout: (listener) => void stdout.on('data', (chunk: Buffer) => listener(chunk.length)),
    kill: () => void child.kill('SIGKILL'),
  }
}

// However we die, the kernel closes fd 4, and the subshell that waits on it kills the child, even one that loops and
// would never see its channel end. The shell itself becomes Node (exec), so the pid is Node's. See decision 5.
const bound = '(read -r _ <&4 || kill -KILL $$) 3>&- >&- 2>&- & unset PWD OLDPWD; exec "$@" 4<&-'

/** Permission to read the script, and not one `--allow-` more: each opens a whole class of things. */
function flags(harness: Harness, limits: Limits): string[] {
  return [
    '--permission',
    `--allow-fs-read=${harness.dir}/*`,
    '--no-experimental-ffi',
    '--no-addons',
    '--no-experimental-webstorage',
    '--disable-proto=delete',
    '--disable-sigusr1',
    `--max-old-space-size=${limits.heapMb}`,
    '--max-semi-space-size=4',
    '--stack-trace-limit=20',
    '--no-warnings',
    harness.file,
  ]
}

/** When memory or processors are short, functions suffer before the services do. Best effort: not every system can. */
function preferAsVictim(pid: number): void {
  writeFile(`/proc/${pid}/oom_score_adj`, '1000').catch(() => {})
  try {
    setPriority(pid, 10)
  } catch {}
}
