import { readFile } from 'node:fs/promises'

/** Kernel ticks are 100 a second on every Linux that Node runs on. */
const MS_PER_TICK = 10

export interface Usage {
  cpuMs: number
  memoryMb: number
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
    const residentKb = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]
    return {
      cpuMs: (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK,
      memoryMb: Number(residentKb ?? 0) / 1024,
    }
  } catch {
    return undefined
  }
}
