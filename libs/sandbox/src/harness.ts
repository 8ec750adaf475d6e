import { chmod, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { harnessScripts, PROGRAM_FILE } from './harness-scripts.ts'

const PREFIX = 'syncline-sandbox-'

/** The script that children start with. */
export interface Harness extends AsyncDisposable {
  file: string
  /** Nothing else is in it: the only place that a child may read. */
  dir: string
}

/**
 * Makes scripts of our side of the channel, and of a program (a module that exports `program: Program`) with what stands
 * around it in each realm. Done once: a child then starts nearly as fast as bare Node.
 */
export async function buildHarness(programFile: string): Promise<Harness> {
  await sweep()
  const dir = await realpath(await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`)))
  await chmod(dir, 0o755) // a child may be another user; there is nothing secret in it
  const file = join(dir, 'harness.cjs')
  const scripts = await harnessScripts(programFile)
  await writeFile(file, scripts.harness, { mode: 0o444 })
  await writeFile(join(dir, PROGRAM_FILE), scripts.program, { mode: 0o444 })
  return { file, dir, [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }) }
}

/** Removes what processes have left that were killed before they could do it themselves. */
async function sweep(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1]
    if (pid === undefined || isAlive(Number(pid))) continue
    await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => {}) // another user's
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
