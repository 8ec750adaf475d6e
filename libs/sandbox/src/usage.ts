import { readFile } from 'node:fs/promises'

/** Kernel ticks are 100 a second on every Linux that Node runs on. */
const MS_PER_TICK = 10

export interface Usage {
  cpuMs: number
  /** Resident, and what the kernel needs to map it: page tables may grow without one resident page. */
  memoryMb: number
  threads: number
}

/** What a process uses, where there is a /proc to ask; undefined elsewhere, and for a process that has gone. */
export async function usageOf(pid: number): Promise<Usage | undefined> {
  try {
    const [stat, status] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/status`, 'utf8'),
    ])
    // The name in parentheses may hold anything; utime and stime are the 12th and 13th fields after it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const value = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0)
    return {
      cpuMs: (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK,
      memoryMb: (value('VmRSS') + value('VmPTE')) / 1024,
      threads: value('Threads'),
    }
  } catch {
    return undefined
  }
}
