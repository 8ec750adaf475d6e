import type { Dirent } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { AppError } from '@syncline/errors'

interface FunctionFile {
  kind: 'sync' | 'action'
  integration: string
  name: string
  file: string
}

/** Where the files of a kind lie in the folder of their integration. */
const folders = { syncs: 'sync', actions: 'action' } as const

/**
 * The files of a project's functions: what `index.ts` imports as `./<integration>/syncs/<name>.js` or
 * `./<integration>/actions/<name>.js`, or without an `index.ts` all `*.ts` of such folders. Without one it fails, unless
 * `mayBeEmpty`.
 */
export async function readFunctions(folder: string, { mayBeEmpty = false } = {}): Promise<FunctionFile[]> {
  const root = resolve(folder)
  const index = await readFile(join(root, 'index.ts'), 'utf8').catch(absent)
  const found = index === undefined ? await filesBelow(root) : importsOf(index, root)
  if (found.length === 0 && !mayBeEmpty) {
    const hint =
      index === undefined
        ? `has no <integration>/syncs/*.ts and no <integration>/actions/*.ts`
        : `has an index.ts without an import './<integration>/syncs/<name>.js'`
    throw new AppError('invalid_bundle', `the folder ${root} ${hint}: there is no function to deploy`)
  }
  return found
}

function importsOf(index: string, root: string): FunctionFile[] {
  const imports = index.matchAll(/^import\s+['"]\.\/([^'"/]+)\/(syncs|actions)\/([^'"]+?)(\.[jt]s)?['"]/gm)
  return [...imports].map(([, integration = '', folder, name = '']) =>
    functionFile(root, integration, folder as keyof typeof folders, `${name}.ts`),
  )
}

async function filesBelow(root: string): Promise<FunctionFile[]> {
  const entries = (await readdir(root, { withFileTypes: true }).catch(absent)) ?? []
  const shown = entries.filter(({ name }) => name !== 'node_modules')
  const integrations = (await Promise.all(shown.map(folderName))).filter((name) => name !== undefined)
  const found = await Promise.all(
    integrations.flatMap((integration) =>
      (['syncs', 'actions'] as const).map(async (folder) => {
        const files = (await readdir(join(root, integration, folder)).catch(absent)) ?? []
        return files
          .filter((file) => file.endsWith('.ts') && !/\.(test|d)\.ts$/.test(file))
          .map((file) => functionFile(root, integration, folder, file))
      }),
    ),
  )
  return found.flat().sort((a, b) => (a.file < b.file ? -1 : 1))
}

/** Of a folder, or of a link to one. */
async function folderName(entry: Dirent): Promise<string | undefined> {
  const isFolder = entry.isSymbolicLink()
    ? (await stat(join(entry.parentPath, entry.name)).catch(absent))?.isDirectory()
    : entry.isDirectory()
  return isFolder ? entry.name : undefined
}

function functionFile(
  root: string,
  integration: string,
  folder: keyof typeof folders,
  file: string,
): FunctionFile {
  const name = basename(file, '.ts')
  return { kind: folders[folder], integration, name, file: join(root, integration, folder, file) }
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error
}
