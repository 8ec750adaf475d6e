import type { Kernel } from './kernel.ts'

const PR_SET_NO_NEW_PRIVS = 38

/** No program that is started from here on gets more rights; the kernel asks for it before it takes a filter. */
export function noNewPrivileges(kernel: Kernel): boolean {
  return kernel.call('prctl', PR_SET_NO_NEW_PRIVS, 1) === 0
}
