/** Machines whose system call numbers are listed here. The filter was tested on x64; on arm64 the tests of each child decide. */
export type Arch = 'x64' | 'arm64'

type Numbers = Record<string, readonly [x64: number | null, arm64: number | null]>

// Numbers by name, on x64 and on arm64; null = it has none there. Source: the kernel's unistd.h.

/** To compute, to wait, to get memory, to read and write what is open: whatever the arguments, no harm to others. */
const harmless = {
  futex: [202, 98],
  write: [1, 64],
  read: [0, 63],
  epoll_pwait: [281, 22],
  epoll_wait: [232, null],
  madvise: [28, 233],
  mprotect: [10, 226],
  mmap: [9, 222],
  munmap: [11, 215],
  readv: [19, 65],
  writev: [20, 66],
  close: [3, 57],
  shutdown: [48, 210],
  fstat: [5, 80],
  lseek: [8, 62],
  pread64: [17, 67],
  poll: [7, null],
  ppoll: [271, 73],
  epoll_create1: [291, 20],
  epoll_ctl: [233, 21],
  epoll_pwait2: [441, 441],
  eventfd2: [290, 19],
  pipe2: [293, 59],
  mremap: [25, 216],
  brk: [12, 214],
  membarrier: [324, 283],
  pkey_alloc: [330, 289],
  pkey_free: [331, 290],
  pkey_mprotect: [329, 288],
  rt_sigaction: [13, 134],
  rt_sigprocmask: [14, 135],
  rt_sigreturn: [15, 139],
  sigaltstack: [131, 132],
  restart_syscall: [219, 128],
  clock_gettime: [228, 113],
  clock_getres: [229, 114],
  clock_nanosleep: [230, 115],
  nanosleep: [35, 101],
  gettimeofday: [96, 169],
  time: [201, null],
  times: [100, 153],
  timerfd_create: [283, 85],
  timerfd_settime: [286, 86],
  getpid: [39, 172],
  getppid: [110, 173],
  gettid: [186, 178],
  getuid: [102, 174],
  geteuid: [107, 175],
  getgid: [104, 176],
  getegid: [108, 177],
  getrandom: [318, 278],
  uname: [63, 160],
  sysinfo: [99, 179],
  getrusage: [98, 165],
  getrlimit: [97, 163],
  getcpu: [309, 168],
  sched_yield: [24, 124],
  sched_getaffinity: [204, 123],
  sched_getparam: [143, 121],
  sched_getscheduler: [145, 120],
  set_robust_list: [273, 99],
  rseq: [334, 293],
  exit: [60, 93],
  exit_group: [231, 94],
} as const satisfies Numbers

/** Harmless with some arguments: see filters.ts. */
const conditional = {
  clone: [56, 220],
  clone3: [435, 435],
  prlimit64: [302, 261],
  prctl: [157, 167],
  tgkill: [234, 131],
  ioctl: [16, 29],
  fcntl: [72, 25],
} as const satisfies Numbers

/** Needed to confine a process and to test that; refused from then on, as is every call that is not here. */
const refused = {
  openat: [257, 56],
  kill: [62, 129],
  socket: [41, 198],
  memfd_create: [319, 279],
  seccomp: [317, 277],
  landlock_create_ruleset: [444, 444],
  landlock_restrict_self: [446, 446],
  io_uring_setup: [425, 425],
} as const satisfies Numbers

const all = { ...harmless, ...conditional, ...refused }

export type Syscall = keyof typeof all
export type ConditionalSyscall = keyof typeof conditional

/** Those that are used most come first. */
export const harmlessSyscalls = Object.keys(harmless) as (keyof typeof harmless)[] // its own keys

const column = { x64: 0, arm64: 1 } as const

export function syscallNumber(name: Syscall, arch: Arch): number | null {
  return all[name][column[arch]]
}

/** This machine, if its system call numbers are listed here. */
export function thisArch(): Arch | undefined {
  const { platform, arch } = process
  return platform === 'linux' && (arch === 'x64' || arch === 'arm64') ? arch : undefined
}
