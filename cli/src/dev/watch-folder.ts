import { existsSync } from 'node:fs'
import { basename, relative, sep } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { watch } from 'chokidar'

/** Editors write a file in several steps, and some several files. */
const QUIET_MS = 100
/** A folder in which something is always written is looked at nevertheless. */
const LONGEST_MS = 2000

/** Whether a change of this path can change what a function is. A fixture, or what npm installs, can't. */
export function isSource(root: string, path: string): boolean {
  const parts = relative(root, path).split(sep)
  return !parts.some(
    (part) => part === 'node_modules' || part === 'fixtures' || (part.startsWith('.') && part !== '..'),
  )
}

interface Watching {
  onChange: (files: string[]) => void
  /** The folder itself was removed. */
  onGone: () => void
}

/** Calls `onChange` with the names of files that were written, added or removed, once each time that the folder is quiet again. */
export async function watchFolder(root: string, { onChange, onGone }: Watching): Promise<AsyncDisposable> {
  const changed = new Set<string>()
  const closed = new AbortController()
  let last = 0
  const flush = async () => {
    const first = Date.now()
    while (Date.now() - last < QUIET_MS && Date.now() - first < LONGEST_MS) {
      await sleep(QUIET_MS, undefined, { signal: closed.signal })
    }
    const files = [...changed]
    changed.clear()
    // The watcher does not always tell that the folder itself is gone, but of its files it does.
    if (existsSync(root)) onChange(files)
    else onGone()
  }
  const watcher = watch(root, { ignoreInitial: true, ignored: (path) => !isSource(root, path) })
  watcher.on('all', (event, path) => {
    if (event === 'addDir') return
    last = Date.now()
    changed.add(relative(root, path) || basename(path))
    if (changed.size === 1) void flush().catch(() => {}) // it was closed
  })
  await new Promise<void>((resolve, reject) => watcher.once('ready', resolve).once('error', reject))
  return {
    [Symbol.asyncDispose]: async () => {
      closed.abort()
      await watcher.close()
    },
  }
}
