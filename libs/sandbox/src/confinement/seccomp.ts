import { lengthOf } from './bpf.ts'
import type { Kernel } from './kernel.ts'

// linux/seccomp.h
const SECCOMP_SET_MODE_FILTER = 1
const SECCOMP_FILTER_FLAG_TSYNC = 1

/** Puts a filter on all threads of this process, and on what they start. It cannot be taken off. */
export function filterSyscalls(kernel: Kernel, filter: Buffer): boolean {
  // struct sock_fprog: u16 length, padding, pointer.
  const program = Buffer.alloc(16)
  program.writeUInt16LE(lengthOf(filter), 0)
  program.writeBigUInt64LE(kernel.addressOf(filter), 8)
  return kernel.call('seccomp', SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, program) === 0
}
