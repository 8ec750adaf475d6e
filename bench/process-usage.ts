import { readdirSync, readFileSync } from 'node:fs'

const TICKS_PER_SECOND = 100
const MIB_KB = 1024

/** Seconds of processor that a process has taken so far, with its descendants: those that have ended too. Linux only. */
export function cpuSeconds(pid: number): number {
  return family(pid).reduce((sum, each) => sum + ticks(each), 0) / TICKS_PER_SECOND
}

/** Resident memory of a process and its descendants. */
export function residentMib(pid: number): number {
  return family(pid).reduce((sum, each) => sum + residentOf(each), 0)
}

/** Seconds of processor by name, since this was made. */
export function watchCpu(pids: Record<string, number>) {
  const read = () => Object.entries(pids).map(([name, pid]) => [name, cpuSeconds(pid)] as const)
  const before = new Map(read())
  return (): Record<string, number> =>
    Object.fromEntries(read().map(([name, seconds]) => [name, seconds - (before.get(name) ?? 0)]))
}

function family(pid: number): number[] {
  try {
    const tasks = readdirSync(`/proc/${pid}/task`)
    const children = tasks.flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    )
    return [pid, ...children.flatMap(family)]
  } catch {
    return [pid] // it has ended
  }
}

/** user, system, and both of children that were waited for */
function ticks(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
  } catch {
    return 0
  }
}

function residentOf(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / MIB_KB
  } catch {
    return 0
  }
}
