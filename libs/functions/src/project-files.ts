import type { Dirent } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'

/** A file in a folder of an integration: `<integration>/<folder>/<name>.ts`. */
export interface ProjectFile {
  integration: string
  folder: string
  name: string
  file: string
}

/** The TypeScript files in these folders of all integrations, without tests and declarations. Folders may be links. */
export async function filesIn(root: string, folders: readonly string[]): Promise<ProjectFile[]> {
  const entries = (await readdir(root, { withFileTypes: true }).catch(absent)) ?? []
  const shown = entries.filter(({ name }) => name !== 'node_modules')
  const integrations = (await Promise.all(shown.map(folderName))).filter((name) => name !== undefined)
  const found = await Promise.all(
    integrations.flatMap((integration) =>
      folders.map(async (folder) => {
        const files = await filesOf(join(root, integration, folder))
        return files.map((file) => projectFile(root, integration, folder, file))
      }),
    ),
  )
  return found.flat().sort((a, b) => (a.file < b.file ? -1 : 1))
}

/** The same of one folder: their names. None if there is no such folder. */
export async function filesOf(folder: string): Promise<string[]> {
  const files = (await readdir(folder).catch(absent)) ?? []
  return files.filter((file) => file.endsWith('.ts') && !/\.(test|d)\.ts$/.test(file))
}

export function projectFile(root: string, integration: string, folder: string, file: string): ProjectFile {
  return { integration, folder, name: basename(file, '.ts'), file: join(root, integration, folder, file) }
}

/** The first of these paths that is a file. */
export async function firstFile(paths: string[]): Promise<string | undefined> {
  for (const path of paths) if ((await stat(path).catch(absent))?.isFile()) return path
  return undefined
}

/** Undefined: there is no such file. */
export async function textOf(file: string): Promise<string | undefined> {
  return (await readFile(file, 'utf8').catch(absent)) ?? undefined
}

/** Of a folder, or of a link to one. */
async function folderName(entry: Dirent): Promise<string | undefined> {
  const isFolder = entry.isSymbolicLink()
    ? (await stat(join(entry.parentPath, entry.name)).catch(absent))?.isDirectory()
    : entry.isDirectory()
  return isFolder ? entry.name : undefined
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error
}
