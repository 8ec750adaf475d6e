import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

// Debian installs servers into sbin, which an ordinary user's PATH leaves out; Homebrew's folder is missing in some shells.
const beyondPath = ['/usr/local/sbin', '/usr/sbin', '/opt/homebrew/bin']

/** The absolute path of a program on this machine. */
export async function findExecutable(name: string): Promise<string | undefined> {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...beyondPath].filter(Boolean)
  for (const path of folders.map((folder) => join(folder, name))) {
    if (
      await access(path, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return path
  }
  return undefined
}
