import { answer, assemble, field, type Instruction, load, verdict, when } from './bpf.ts'
import {
  type Arch,
  type ConditionalSyscall,
  harmlessSyscalls,
  type Syscall,
  syscallNumber,
} from './syscalls.ts'

/** AUDIT_ARCH_… of linux/audit.h. */
const auditArch = { x64: 0xc000003e, arm64: 0xc00000b7 } as const
/** Numbers from here on are calls of the x32 ABI: the same system calls under other numbers. */
const X32 = 0x40000000

/** What an argument (counted from 0) must be. */
type Condition =
  | { argument: number; isOneOf: number[] }
  | { argument: number; isNull: true }
  | { argument: number; hasAll: number[]; hasNone: number }

// linux/sched.h
const CLONE_VM = 0x0000_0100
const CLONE_THREAD = 0x0001_0000
const CLONE_NEW_NAMESPACE = 0x7e02_0000
// linux/prctl.h
const PR_SET_NAME = 15
const PR_SET_VMA = 0x5356_4d41
// asm-generic/ioctls.h
const FIONBIO = 0x5421
const FIONREAD = 0x541b
// linux/fcntl.h
const F_GETFD = 1
const F_SETFD = 2
const F_GETFL = 3
const F_SETFL = 4
const F_DUPFD_CLOEXEC = 1030

/** clone3 has its arguments in memory, where a filter can't see them; without it the C library falls back to clone. */
const allowedWith = (pid: number): Record<Exclude<ConditionalSyscall, 'clone3'>, Condition[]> => ({
  // Threads, no processes.
  clone: [{ argument: 0, hasAll: [CLONE_VM, CLONE_THREAD], hasNone: CLONE_NEW_NAMESPACE }],
  // To read its own limits, not to set any.
  prlimit64: [
    { argument: 0, isOneOf: [0, pid] },
    { argument: 2, isNull: true },
  ],
  prctl: [{ argument: 0, isOneOf: [PR_SET_NAME, PR_SET_VMA] }],
  // abort() sends a signal, to its own process.
  tgkill: [{ argument: 0, isOneOf: [pid] }],
  ioctl: [{ argument: 1, isOneOf: [FIONBIO, FIONREAD] }],
  fcntl: [{ argument: 1, isOneOf: [F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC] }],
})

/**
 * What a confined process may ask of the kernel: to compute, to wait, to get memory, and to read and write what it holds
 * open already. All else is refused with EPERM, so that a library that tries it can go on; what is not even one of this
 * machine's calls ends the process.
 */
export function confinedFilter(arch: Arch, pid: number): Buffer {
  const rules = [
    ...harmlessSyscalls.map((name) => rule(name, arch, [answer(verdict.allow)])),
    ...Object.entries(allowedWith(pid)).map(([name, conditions]) =>
      rule(name as Syscall, arch, ifAll(conditions)),
    ),
    rule('clone3', arch, [answer(verdict.enosys)]),
  ]
  return assemble([
    ...onlyOn(arch, verdict.killProcess),
    ...(arch === 'x64' ? [when('atLeast', X32, { no: 1 }), answer(verdict.killProcess)] : []),
    ...rules.flat(),
    answer(verdict.eperm),
  ])
}

/** Denies io_uring: a ring that is open when the confining filter is put on would be a way around it. All else is as before. */
export function noIoUringFilter(arch: Arch): Buffer {
  return assemble([
    ...onlyOn(arch, verdict.allow),
    ...rule('io_uring_setup', arch, [answer(verdict.enosys)]),
    answer(verdict.allow),
  ])
}

/** Leaves the call's number loaded. */
function onlyOn(arch: Arch, otherwise: number): Instruction[] {
  return [
    load(field.arch),
    when('equals', auditArch[arch], { yes: 1 }),
    answer(otherwise),
    load(field.number),
  ]
}

/** For the call of this name: `block`, which ends in an answer. For others: what comes after it. */
function rule(name: Syscall, arch: Arch, block: Instruction[]): Instruction[] {
  const number = syscallNumber(name, arch)
  return number === null ? [] : [when('equals', number, { no: block.length }), ...block]
}

function ifAll(conditions: Condition[]): Instruction[] {
  const tests = conditions.flatMap(testsOf)
  const refusal = tests.length + 1
  return [
    ...tests.map((test, i) => (typeof test === 'function' ? test(refusal - i - 1) : test)),
    answer(verdict.allow),
    answer(verdict.eperm),
  ]
}

/** An instruction, or one that skips `refuse` instructions where the condition does not hold. */
type Test = Instruction | ((refuse: number) => Instruction)

function testsOf(condition: Condition): Test[] {
  const { argument } = condition
  const low = load(field.low(argument))
  if ('isNull' in condition) {
    const isZero: Test = (refuse) => when('equals', 0, { no: refuse })
    return [low, isZero, load(field.high(argument)), isZero]
  }
  if ('hasAll' in condition) {
    return [
      low,
      ...condition.hasAll.map(
        (bit): Test =>
          (refuse) =>
            when('hasBits', bit, { no: refuse }),
      ),
      (refuse) => when('hasBits', condition.hasNone, { yes: refuse }),
    ]
  }
  const { isOneOf } = condition
  const last = isOneOf.length - 1
  return [
    low,
    ...isOneOf.map(
      (value, i): Test =>
        (refuse) =>
          when('equals', value, { yes: last - i, no: i === last ? refuse : 0 }),
    ),
  ]
}
