import { readFile } from 'node:fs/promises'

const PAGE_BYTES = 4096
const MIB = 1024 * 1024

/** What each child of this process uses that runs the harness. */
export async function usageOfChildren(): Promise<{ memoryMb: number; cpuMs: number }[]> {
  const pids = (await readFile(`/proc/self/task/${process.pid}/children`, 'utf8')).split(' ').filter(Boolean)
  const found = await Promise.all(pids.map(usage))
  return found.flatMap((each) => each ?? [])
}

async function usage(pid: string): Promise<{ memoryMb: number; cpuMs: number } | undefined> {
  try {
    const [command, stat, statm] = await Promise.all(
      ['cmdline', 'stat', 'statm'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8')),
    )
    if (!command?.includes('harness.cjs') || stat === undefined) return undefined
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const cpuMs = (Number(fields[11]) + Number(fields[12])) * 10
    return { memoryMb: (Number(statm?.split(' ')[1]) * PAGE_BYTES) / MIB, cpuMs }
  } catch {
    return undefined // it has ended
  }
}
