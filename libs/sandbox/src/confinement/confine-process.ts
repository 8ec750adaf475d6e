import { readFileSync } from 'node:fs'
import { release } from 'node:os'
import { isAtLeast, type Level } from '../level.ts'
import { confinedFilter } from './filters.ts'
import { Kernel } from './kernel.ts'
import { landlock, landlockAbi } from './landlock.ts'
import { noNewPrivileges } from './no-new-privileges.ts'
import { filterSyscalls } from './seccomp.ts'
import { thisArch } from './syscalls.ts'

const SIGKILL = 9
// linux/prctl.h
const PR_SET_PDEATHSIG = 1
const PR_SET_DUMPABLE = 4
// asm-generic/resource.h
const RLIMIT_FSIZE = 1
const RLIMIT_DATA = 2
const RLIMIT_CORE = 4
const RLIMIT_NPROC = 6
const RLIMIT_NOFILE = 7
// asm-generic/mman.h
const PROT_READ = 1
const PROT_WRITE = 2
const MAP_PRIVATE = 0x02
const MAP_ANONYMOUS = 0x20
// linux/socket.h, linux/net.h
const AF_UNIX = 1
const AF_INET = 2
const SOCK_STREAM = 1
const SOCK_DGRAM = 2
// linux/fcntl.h
const AT_FDCWD = -100

const OPEN_FILES = 64
const NO_FILE = -1

/**
 * For the child, after its harness is up and before any foreign code: gives up, for good, what a function does not need.
 * What is asked for and not obtained is an error, and then no function may run here: each step is tried, by the same calls
 * with which native code would get out.
 *
 * What is open stays open, so whatever asks the kernel about a descriptor (a socket's kind) comes before.
 */
export function confineProcess(
  level: Level,
  { memoryBytes, threads }: { memoryBytes: number; threads: number },
): void {
  if (level === 'basic') return
  const arch = thisArch()
  if (arch === undefined)
    throw new Error(`there is no confinement for ${process.platform} on ${process.arch}`)
  const inUse = dataBytes()
  {
    using kernel = new Kernel(arch)
    must('no new privileges', noNewPrivileges(kernel))
    // No core dumps; and others of the same user can't look into this process.
    must('not dumpable', kernel.call('prctl', PR_SET_DUMPABLE, 0) === 0)
    // It dies with the thread that started it, the main one, also if it loops.
    must('death with its parent', kernel.call('prctl', PR_SET_PDEATHSIG, SIGKILL) === 0)
    must('no core file', setLimit(kernel, RLIMIT_CORE, 0))
    must('no file sizes', setLimit(kernel, RLIMIT_FSIZE, 0))
    must('few open files', setLimit(kernel, RLIMIT_NOFILE, OPEN_FILES))
    // Of a user in a namespace that holds nothing else. At other levels, and on older kernels, the parent counts.
    if (level === 'namespaced' && countsByNamespace()) {
      must('few threads', setLimit(kernel, RLIMIT_NPROC, threads))
    }
    limitMemory(kernel, inUse, memoryBytes)
    closeFiles(kernel, level)
    if (isAtLeast(level, 'oswall')) closeKernel(kernel)
  }
  // What was taken from the library before would go on working, so nothing of it is left.
  process.permission.drop('ffi')
  process.permission.drop('fs.read')
}

/** Before 5.14 Linux counted the processes of a user on the whole machine. */
function countsByNamespace(): boolean {
  const [major = 0, minor = 0] = release().split('.').map(Number)
  return major > 5 || (major === 5 && minor >= 14)
}

/** Of memory that is mapped to be written, V8's reservations included: that is why a limit is relative to it. */
function dataBytes(): number {
  const kb = /^VmData:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
  if (kb === undefined) throw new Error('/proc/self/status tells no VmData')
  return Number(kb) * 1024
}

function limitMemory(kernel: Kernel, inUse: number, bytes: number): void {
  must('a limit of memory', setLimit(kernel, RLIMIT_DATA, inUse + bytes))
  const tooMuch = bytes + inUse
  refused(
    'more memory than its limit',
    kernel.call('mmap', 0, tooMuch, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, NO_FILE, 0),
  )
}

function closeFiles(kernel: Kernel, level: Level): void {
  const abi = landlockAbi(kernel)
  // The filter alone keeps files closed, too; it is older than Landlock.
  if (abi === 0 && isAtLeast(level, 'oswall')) return
  must('Landlock', abi > 0 && landlock(kernel, abi))
  refused('a file', openRoot(kernel))
}

function closeKernel(kernel: Kernel): void {
  const parameters = Buffer.alloc(120)
  refused('an io_uring, which its parent should have denied', kernel.call('io_uring_setup', 1, parameters))

  must('a filter of system calls', filterSyscalls(kernel, confinedFilter(kernel.arch, process.pid)))
  refused('a file', openRoot(kernel))
  refused('a TCP socket', kernel.call('socket', AF_INET, SOCK_STREAM))
  refused('a UDP socket', kernel.call('socket', AF_INET, SOCK_DGRAM))
  refused('a local socket', kernel.call('socket', AF_UNIX, SOCK_STREAM))
  refused('a signal to its parent', kernel.call('kill', process.ppid, 0))
  refused('a file in memory', kernel.call('memfd_create', Buffer.from('x\0'), 0))
}

const openRoot = (kernel: Kernel): number => kernel.call('openat', AT_FDCWD, Buffer.from('/\0'), 0)

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
  if (answer !== -1) throw new Error(`the confinement has a hole: the kernel gave ${what}`)
}
