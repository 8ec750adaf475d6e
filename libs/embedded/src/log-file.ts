import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Opens a file to append to. `tail` returns the last lines that were written since. */
export async function openLog(path: string) {
  await mkdir(dirname(path), { recursive: true })
  const file = await open(path, 'a')
  const { size: start } = await file.stat()
  return {
    fd: file.fd,
    [Symbol.asyncDispose]: () => file.close(),
    async tail(lines = 8) {
      await using log = await open(path)
      const { size } = await log.stat()
      const position = Math.max(start, size - 8_000)
      const { buffer, bytesRead } = await log.read({ buffer: Buffer.alloc(size - position), position })
      return buffer.toString('utf8', 0, bytesRead).trimEnd().split('\n').slice(-lines).join('\n')
    },
  }
}
