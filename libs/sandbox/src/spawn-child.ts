import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import type { Duplex, Readable, Writable } from 'node:stream'
import type { Harness } from './harness.ts'
import type { Level } from './level.ts'
import type { Limits } from './limits.ts'
import { isOlderNode, knownOptions } from './older-node.ts'

const STDERR_TAIL_CHARS = 16 * 1024
/** Of util-linux. It becomes the program that it starts, so the pid is Node's. */
export const UNSHARE = '/usr/bin/unshare'
const NOBODY = 65_534

type Stdio = [null, Readable, Readable, Duplex, Writable?]

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
  onWritten(listener: (stream: 'stdout' | 'stderr', bytes: number) => void): void
  /** What is on stderr so far belongs to a run that has ended. */
  forgetStderr(): void
  kill(): void
}

/**
 * Node with no rights but to read its own script, no environment, and fd 3 to talk to us. Rejects where there is no process:
 * a missing program, or a limit of processes that is met.
 */
export async function spawnChild(
  harness: Harness,
  limits: Limits,
  level: Level,
  { unshare = UNSHARE, isReused = false }: { unshare?: string | undefined; isReused?: boolean } = {},
): Promise<Child> {
  const node: [string, ...string[]] = [process.execPath, ...flags(harness, limits, level, isReused)]
  const [command, ...args] = commandOf(node, level, unshare)
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', ...(level === 'basic' ? (['pipe'] as const) : [])],
    env: { TZ: 'UTC', LANG: 'C.UTF-8' },
    cwd: '/',
    detached: true, // Ctrl-C is for the runner
    ...(level === 'namespaced' && process.getuid?.() === 0 && { uid: NOBODY, gid: NOBODY }),
  })
  const { pid } = child
  // Node tells of a failed start in the next turn: without a listener by then, the error ends this process.
  const failed = new Promise<Error>((resolve) => child.on('error', resolve))
  if (pid === undefined) {
    const error = await failed
    throw new Error(`a sandbox did not start: ${error.message}`, { cause: error })
  }
  raiseOomScore(pid)

  // The kinds of stdio above; the type can't tell.
  const [, stdout, stderr, channel, lifeline] = child.stdio as unknown as Stdio
  channel.on('error', () => {}) // EPIPE of a child that has ended: its exit says more
  lifeline?.on('error', () => {})
  let tail = ''
  stderr.on('data', (chunk) => {
    tail = (tail + chunk).slice(-STDERR_TAIL_CHARS)
  })
  child.once('exit', () => lifeline?.end('it has ended: leave its pid alone\n'))
  return {
    pid,
    channel,
    exited: new Promise((resolve) => {
      child.once('close', (code, signal) => resolve({ code, signal, stderr: tail }))
    }),
    onWritten(listener) {
      stdout.on('data', (chunk: Buffer) => listener('stdout', chunk.length))
      stderr.on('data', (chunk: Buffer) => listener('stderr', chunk.length))
    },
    forgetStderr() {
      tail = ''
    },
    kill: () => void child.kill('SIGKILL'),
  }
}

function commandOf(node: [string, ...string[]], level: Level, unshare: string): [string, ...string[]] {
  if (level === 'namespaced') return [unshare, '--user', '--net', '--ipc', '--uts', '--', ...node]
  // A confined child is killed by the kernel when we die; elsewhere something else must.
  return level === 'basic' ? ['/bin/sh', '-c', bound, 'sh', ...node] : node
}

// However we die, the kernel closes fd 4, and the subshell that waits on it kills the child, even one that loops and
// would never see its channel end. The shell itself becomes Node (exec), so the pid is Node's. See decision 5.
const bound = '(read -r _ <&4 || kill -KILL $$) 3>&- >&- 2>&- & unset PWD OLDPWD; exec "$@" 4<&-'

/**
 * Permission to read the script, and what it takes to confine itself and is given back then; not one `--allow-` more:
 * each opens a whole class of things.
 */
function flags(harness: Harness, limits: Limits, level: Level, isReused: boolean): string[] {
  const options = [
    '--permission',
    `--allow-fs-read=${harness.dir}/*`,
    ...(level === 'basic' ? ['--no-experimental-ffi'] : ['--allow-ffi', '--allow-fs-read=/proc/self/status']),
    '--no-addons',
    '--no-experimental-webstorage',
    '--disable-proto=delete',
    '--disable-sigusr1',
    `--max-old-space-size=${limits.heapMb}`,
    '--max-semi-space-size=8', // with 4, a realm of 1 MB is copied twice as often
    '--no-flush-bytecode', // it is needed again in the next run
    '--stack-trace-limit=20',
    '--no-warnings',
    '--zero-fill-buffers', // memory that an earlier run has freed tells nothing
  ]
  return [
    ...(isOlderNode ? knownOptions(options) : options),
    harness.file,
    level,
    String(limits.memoryMb),
    String(limits.threads),
    isReused ? 'reused' : 'once',
  ]
}

/**
 * When memory or processors are short, functions suffer before the services do. Best effort: not every system can. At
 * once, as a confined child can't be told.
 */
function raiseOomScore(pid: number): void {
  try {
    setPriority(pid, 10)
    writeFileSync(`/proc/${pid}/oom_score_adj`, '1000')
  } catch {}
}
