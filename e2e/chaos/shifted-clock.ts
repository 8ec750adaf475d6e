import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** One wall clock of many processes, which jumps when it is told to. */
export interface ShiftedClock {
  /** Variables of the processes that have this clock. */
  env: NodeJS.ProcessEnv
  /** By how much it is ahead of the real one. */
  readonly shiftMs: number
  jump(ms: number): void
}

/** Linux with a C compiler; undefined elsewhere. */
export async function openShiftedClock(dir: string): Promise<ShiftedClock | undefined> {
  const library = join(dir, 'shifted-clock.so')
  const source = join(import.meta.dirname, 'shifted-clock.c')
  const compiled = await promisify(execFile)('cc', ['-O2', '-shared', '-fPIC', '-o', library, source, '-ldl'])
    .then(() => true)
    .catch(() => false)
  if (!compiled || process.platform !== 'linux') return undefined
  const file = join(dir, 'clock')
  let shiftMs = 0
  const write = () => writeFileSync(file, new BigInt64Array([BigInt(shiftMs)]), { flag: 'r+' })
  writeFileSync(file, new Uint8Array(8))
  return {
    env: { LD_PRELOAD: library, CHAOS_CLOCK: file },
    get shiftMs() {
      return shiftMs
    },
    jump(ms) {
      shiftMs += ms
      write()
    },
  }
}
