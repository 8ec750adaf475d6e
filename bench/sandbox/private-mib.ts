import { readFile } from 'node:fs/promises'

/** What nobody shares and has been written to. */
export async function privateMib(pid: number): Promise<number | undefined> {
  try {
    const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8')
    return Number(/^Private_Dirty:\s+(\d+) kB/m.exec(rollup)?.[1]) / 1024
  } catch {
    return undefined
  }
}
