import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildHarness, type Harness } from '../src/harness.ts'
import { isAtLeast, type Level } from '../src/level.ts'
import { startSandbox } from '../src/sandbox.ts'
import { levelsHere, limits } from './levels.ts'

/** On x64; each would do something, or tell something, if it were allowed with these arguments. */
const dangerous: Record<string, number[]> = {
  open: [2],
  openat: [257, -100],
  openat2: [437, -100],
  creat: [85],
  stat: [4],
  access: [21],
  readlink: [89],
  getdents64: [217, 3],
  unlink: [87],
  rename: [82],
  chdir: [80],
  chroot: [161],
  mount: [165],
  pivot_root: [155],
  socket: [41, 2, 1],
  socketpair: [53, 1, 1],
  connect: [42, 3],
  bind: [49, 3],
  listen: [50, 3, 1],
  accept: [43, 3],
  sendto: [44, 3],
  sendmsg: [46, 3],
  recvmsg: [47, 3],
  fork: [57],
  vfork: [58],
  'clone as fork': [56, 17],
  clone3: [435],
  execve: [59],
  execveat: [322, -100],
  'kill parent': [62, process.pid],
  'kill all': [62, -1],
  tkill: [200, process.pid],
  'tgkill another': [234, process.pid, process.pid],
  ptrace: [101, 16, process.pid],
  process_vm_readv: [310, process.pid],
  process_vm_writev: [311, process.pid],
  pidfd_open: [434, process.pid],
  pidfd_send_signal: [424, 3],
  pidfd_getfd: [438, 3],
  io_uring_setup: [425, 1],
  io_uring_enter: [426, 3],
  memfd_create: [319],
  userfaultfd: [323],
  bpf: [321],
  perf_event_open: [298],
  keyctl: [250],
  unshare: [272, 0x10000000],
  setns: [308, 3],
  seccomp: [317, 2],
  'prctl dumpable': [157, 4, 1],
  'prlimit of its parent': [302, process.pid, 7],
  setrlimit: [160, 2],
  setpriority: [141, 0, process.pid, 19],
  setuid: [105],
  capset: [126],
  inotify_init1: [294],
  shmget: [29, 0, 4096, 0o1666],
  mq_open: [240],
  name_to_handle_at: [303, -100],
  open_by_handle_at: [304, 3],
  landlock_create_ruleset: [444, 0, 0, 1],
  quotactl: [179],
  reboot: [169],
  init_module: [175],
  kexec_load: [246],
  personality: [135, 0xffffffff],
  ioperm: [173],
  modify_ldt: [154],
  'ioctl of a terminal': [16, 0, 0x5412],
  'fcntl owner': [72, 3, 8, process.pid],
}

let harness: Harness
beforeAll(async () => {
  harness = await buildHarness(join(import.meta.dirname, 'native-program.ts'))
})
afterAll(() => harness[Symbol.asyncDispose]())

const walled = levelsHere.filter((level) => isAtLeast(level, 'oswall') && process.arch === 'x64')

async function native(level: Level, calls: Record<string, number[]>) {
  using sandbox = await startSandbox(harness, limits, level)
  return await sandbox.run({ input: calls, host: {}, onLog: () => {} })
}

describe.each(walled)('native code at level %s', (level) => {
  let answers: Record<string, number>
  beforeAll(async () => {
    const outcome = await native(level, { ...dangerous, getppid: [110] })
    answers = outcome.kind === 'success' ? (outcome.output as Record<string, number>) : {}
  })

  test.for(Object.keys(dangerous))('is refused: %s', (name) => {
    expect(answers[name]).toBe(-1)
  })

  test('computes', () => {
    expect(answers.getppid).toBe(process.pid)
  })

  test.each(['threads', 'page tables'])('is ended for %s, which no limit of memory counts', async (what) => {
    await using load = await buildHarness(join(import.meta.dirname, 'native-load-program.ts'))
    using sandbox = await startSandbox(load, { ...limits, memoryMb: 128 }, level)
    const outcome = await sandbox.run({ input: what, host: {}, onLog: () => {} })
    // In a namespace of its own the kernel gives no more threads; elsewhere the parent counts them.
    if (what === 'threads' && level === 'namespaced') {
      expect(outcome.kind === 'success' && Number(outcome.output)).toBeLessThan(limits.threads)
    } else expect(outcome, JSON.stringify(outcome)).toMatchObject({ kind: 'out_of_memory' })
  })

  test('dies of a call by the other set of numbers', async () => {
    expect(await native(level, { 'x32 getpid': [0x40000000 + 39] })).toMatchObject({
      kind: 'crashed',
      message: expect.stringContaining('SIGSYS'),
    })
  })
})
