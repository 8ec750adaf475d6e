import { expect, test } from 'vitest'
import { code, field, verdict } from './bpf.ts'
import { confinedFilter, noIoUringFilter } from './filters.ts'
import { type Arch, type Syscall, syscallNumber } from './syscalls.ts'

const PID = 4711
const AUDIT = { x64: 0xc000003e, arm64: 0xc00000b7 }
const archs: Arch[] = ['x64', 'arm64']

/** What the kernel would answer: runs a filter as it does. */
function answerTo(filter: Buffer, number: number, args: bigint[] = [], audit = AUDIT.x64): number {
  const data = Buffer.alloc(64)
  data.writeUInt32LE(number >>> 0, field.number)
  data.writeUInt32LE(audit, field.arch)
  for (const [i, arg] of args.entries()) data.writeBigUInt64LE(arg, field.low(i))
  let loaded = 0
  for (let at = 0; ; at += 8) {
    const [op, yes, no, k] = [
      filter.readUInt16LE(at),
      filter.readUInt8(at + 2),
      filter.readUInt8(at + 3),
      filter.readUInt32LE(at + 4),
    ]
    if (op === code.answer) return k
    if (op === code.load) loaded = data.readUInt32LE(k)
    else {
      const holds =
        op === code.equals ? loaded === k : op === code.atLeast ? loaded >= k : (loaded & k) >>> 0 !== 0
      at += 8 * (holds ? yes : no)
    }
  }
}

const asked = (arch: Arch, name: Syscall, ...args: bigint[]) => {
  const number = syscallNumber(name, arch)
  if (number === null) throw new Error(`${name} does not exist on ${arch}`)
  return answerTo(confinedFilter(arch, PID), number, args, AUDIT[arch])
}

test.each(archs)('on %s, what computes is allowed', (arch) => {
  for (const name of ['read', 'write', 'futex', 'mmap', 'epoll_pwait', 'getrandom', 'exit_group'] as const) {
    expect(asked(arch, name), name).toBe(verdict.allow)
  }
})

test.each(archs)('on %s, what reaches out is refused', (arch) => {
  for (const name of ['openat', 'socket', 'kill', 'memfd_create', 'seccomp', 'io_uring_setup'] as const) {
    expect(asked(arch, name), name).toBe(verdict.eperm)
  }
})

test.each(archs)('on %s, a number that nobody knows is refused', (arch) => {
  expect(answerTo(confinedFilter(arch, PID), 999, [], AUDIT[arch])).toBe(verdict.eperm)
})

const THREAD = 0x3d0f00n // what pthread_create asks for
test.each(
  archs.flatMap(
    (arch) =>
      [
        [arch, 'clone', [THREAD], verdict.allow],
        [arch, 'clone', [0x01200011n], verdict.eperm], // fork
        [arch, 'clone', [0x4111n], verdict.eperm], // vfork
        [arch, 'clone', [THREAD | 0x10000000n], verdict.eperm], // with a user namespace
        [arch, 'clone3', [0n], verdict.enosys],
        [arch, 'prlimit64', [0n, 7n, 0n], verdict.allow],
        [arch, 'prlimit64', [1n, 7n, 0n], verdict.eperm],
        [arch, 'prlimit64', [0n, 7n, 0x1000n], verdict.eperm],
        [arch, 'prlimit64', [0n, 7n, 0x1_0000_0000n], verdict.eperm], // only its high word is set
        [arch, 'prctl', [15n], verdict.allow],
        [arch, 'prctl', [0x53564d41n], verdict.allow],
        [arch, 'prctl', [4n, 1n], verdict.eperm], // dumpable again
        [arch, 'tgkill', [BigInt(PID), 1n, 6n], verdict.allow],
        [arch, 'tgkill', [1n, 1n, 9n], verdict.eperm],
        [arch, 'ioctl', [3n, 0x5421n], verdict.allow],
        [arch, 'ioctl', [3n, 0x541bn], verdict.allow],
        [arch, 'ioctl', [0n, 0x5412n], verdict.eperm], // TIOCSTI types into a terminal
        [arch, 'fcntl', [3n, 4n], verdict.allow],
        [arch, 'fcntl', [3n, 1030n], verdict.allow],
        [arch, 'fcntl', [3n, 8n], verdict.eperm], // F_SETOWN sends signals
      ] as const,
  ),
)('on %s, %s(%o)', (arch, name, args, expected) => {
  expect(asked(arch, name, ...args)).toBe(expected)
})

test('calls of another machine end the process, and so do those of x32', () => {
  const filter = confinedFilter('x64', PID)
  expect(answerTo(filter, 0, [], 0x40000003)).toBe(verdict.killProcess)
  expect(answerTo(filter, 0x40000000, [])).toBe(verdict.killProcess)
  expect(answerTo(filter, 0xffffffff, [])).toBe(verdict.killProcess)
})

test('the filter of the parent denies io_uring and nothing else', () => {
  const filter = noIoUringFilter('x64')
  expect(answerTo(filter, 425)).toBe(verdict.enosys)
  for (const number of [0, 41, 59, 257, 426, 999]) expect(answerTo(filter, number)).toBe(verdict.allow)
})
