import { existsSync } from 'node:fs'
import { mkdtempDisposable, readdir, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const MEMORY = '/dev/shm'
const ROOM_BYTES = 4 * 1024 ** 3
const PREFIX = 'syncline-test-'

/** For the data of test servers. On a disk, Redis waits for it at each write; so it is in memory, where a system has room for it. */
export async function serverFolder(): Promise<{ path: string } & AsyncDisposable> {
  const free = await statfs(MEMORY).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => 0,
  )
  if (free < ROOM_BYTES) return mkdtempDisposable(join(tmpdir(), PREFIX))
  await removeLeft()
  return mkdtempDisposable(join(MEMORY, `${PREFIX}${process.pid}-`))
}

/** Removes what tests that were killed have left in memory. */
async function removeLeft(): Promise<void> {
  for (const name of await readdir(MEMORY)) {
    const pid = name.startsWith(PREFIX) ? name.slice(PREFIX.length).split('-')[0] : undefined
    if (pid !== undefined && !existsSync(`/proc/${pid}`))
      await rm(join(MEMORY, name), { recursive: true, force: true })
  }
}
