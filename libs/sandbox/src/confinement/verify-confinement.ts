import { readFile } from 'node:fs/promises'
import { isAtLeast, type Level } from '../level.ts'

/** What the kernel tells others of a process: whether it is filtered and can't get more rights. */
export async function verifyConfinement(pid: number, level: Level): Promise<boolean> {
  if (!isAtLeast(level, 'oswall')) return true
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return /^NoNewPrivs:\s+1$/m.test(status) && /^Seccomp:\s+2$/m.test(status)
}
