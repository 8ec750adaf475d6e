import { readFileSync } from 'node:fs'
import { isAtLeast, type Level } from '../level.ts'
import { confinedFilter } from './filters.ts'
import { Kernel } from './kernel.ts'
import { landlock, landlockAbi } from './landlock.ts'
import { noNewPrivileges } from './no-new-privileges.ts'
import { filterSyscalls } from './seccomp.ts'
import { thisArch } from './syscalls.ts'

const [PR_SET_PDEATHSIG, PR_SET_DUMPABLE, SIGKILL] = [1, 4, 9]
const limit = { fileSize: 1, data: 2, core: 4, openFiles: 7 } // RLIMIT_…
const OPEN_FILES = 64

/**
 * For the child, after its harness is up and before any foreign code: gives up, for good, what a function does not need.
 * What is asked for and not obtained is an error, and then no function may run here: each step is tried, by the same calls
 * with which native code would get out.
 *
 * What is open stays open, so whatever asks the kernel about a descriptor (a socket's kind) comes before.
 */
export function raiseWall(level: Level, memoryBytes: number): void {
  if (level === 'basic') return
  const arch = thisArch()
  if (arch === undefined) throw new Error(`there is no wall for ${process.platform} on ${process.arch}`)
  const inUse = dataBytes()
  {
    using kernel = new Kernel(arch)
    must('no new privileges', noNewPrivileges(kernel))
    // No core dumps; and others of the same user can't look into this process.
    must('not dumpable', kernel.call('prctl', PR_SET_DUMPABLE, 0) === 0)
    // It dies with the thread that started it, the main one, also if it loops.
    must('death with its parent', kernel.call('prctl', PR_SET_PDEATHSIG, SIGKILL) === 0)
    must('no core file', setLimit(kernel, limit.core, 0))
    must('no file sizes', setLimit(kernel, limit.fileSize, 0))
    must('few open files', setLimit(kernel, limit.openFiles, OPEN_FILES))
    limitMemory(kernel, inUse, memoryBytes)
    closeFiles(kernel, level)
    if (isAtLeast(level, 'oswall')) closeKernel(kernel)
  }
  // What was taken from the library before would go on working, so nothing of it is left.
  process.permission.drop('ffi')
  process.permission.drop('fs.read')
}

/** Of memory that is mapped to be written, V8's reservations included: that is why a limit is relative to it. */
function dataBytes(): number {
  const kb = /^VmData:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
  if (kb === undefined) throw new Error('/proc/self/status tells no VmData')
  return Number(kb) * 1024
}

function limitMemory(kernel: Kernel, inUse: number, bytes: number): void {
  must('a limit of memory', setLimit(kernel, limit.data, inUse + bytes))
  const [READ_WRITE, PRIVATE_ANONYMOUS, NO_FILE] = [3, 0x22, -1]
  const tooMuch = bytes + inUse
  refused(
    'more memory than its limit',
    kernel.call('mmap', 0, tooMuch, READ_WRITE, PRIVATE_ANONYMOUS, NO_FILE, 0),
  )
}

function closeFiles(kernel: Kernel, level: Level): void {
  const abi = landlockAbi(kernel)
  // The filter alone is a wall, too; it is older than Landlock.
  if (abi === 0 && isAtLeast(level, 'oswall')) return
  must('Landlock', abi > 0 && landlock(kernel, abi))
  refused('a file', openRoot(kernel))
}

function closeKernel(kernel: Kernel): void {
  const parameters = Buffer.alloc(120)
  refused('an io_uring, which its parent should have denied', kernel.call('io_uring_setup', 1, parameters))

  must('a filter of system calls', filterSyscalls(kernel, confinedFilter(kernel.arch, process.pid)))
  const [AF_UNIX, AF_INET, STREAM, DATAGRAM] = [1, 2, 1, 2]
  refused('a file', openRoot(kernel))
  refused('a TCP socket', kernel.call('socket', AF_INET, STREAM))
  refused('a UDP socket', kernel.call('socket', AF_INET, DATAGRAM))
  refused('a local socket', kernel.call('socket', AF_UNIX, STREAM))
  refused('a signal to its parent', kernel.call('kill', process.ppid, 0))
  refused('a file in memory', kernel.call('memfd_create', Buffer.from('x\0'), 0))
}

const openRoot = (kernel: Kernel): number => {
  const AT_FDCWD = -100
  return kernel.call('openat', AT_FDCWD, Buffer.from('/\0'), 0)
}

function setLimit(kernel: Kernel, resource: number, value: number): boolean {
  const both = Buffer.alloc(16)
  both.writeBigUInt64LE(BigInt(value), 0)
  both.writeBigUInt64LE(BigInt(value), 8)
  return kernel.call('prlimit64', 0, resource, both) === 0
}

function must(what: string, done: boolean): void {
  if (!done) throw new Error(`the kernel refuses: ${what}`)
}

function refused(what: string, answer: number): void {
  if (answer !== -1) throw new Error(`the wall has a hole: the kernel gave ${what}`)
}
