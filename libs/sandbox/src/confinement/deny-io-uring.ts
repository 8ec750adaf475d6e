import { noIoUringFilter } from './filters.ts'
import { Kernel } from './kernel.ts'
import { noNewPrivileges } from './no-new-privileges.ts'
import { filterSyscalls } from './seccomp.ts'
import { thisArch } from './syscalls.ts'

let denied = false

/**
 * For the process that starts children, before the first: from here on it and they open no io_uring. libuv would open
 * one in each child before the filter is on, and what goes through a ring passes no filter. Rings that this process has
 * itself stay. Side effect: programs with a set-user-id bit (sudo, ping) get no other rights below it.
 */
export function denyIoUring(): boolean {
  const arch = thisArch()
  if (denied || arch === undefined) return denied
  using kernel = new Kernel(arch)
  denied = noNewPrivileges(kernel) && filterSyscalls(kernel, noIoUringFilter(arch))
  return denied
}
