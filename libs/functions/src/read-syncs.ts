import { readdir, readFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { AppError } from '@syncline/errors'

interface SyncFile {
  integration: string
  name: string
  file: string
}

/**
 * The sync files of a project: what `index.ts` imports as `./<integration>/syncs/<name>.js`, or without an `index.ts`
 * every `<integration>/syncs/*.ts`. Without one it fails, unless `mayBeEmpty`.
 */
export async function readSyncs(folder: string, { mayBeEmpty = false } = {}): Promise<SyncFile[]> {
  const root = resolve(folder)
  const index = await readFile(join(root, 'index.ts'), 'utf8').catch(absent)
  const found = index === undefined ? await filesBelow(root) : importsOf(index, root)
  if (found.length === 0 && !mayBeEmpty) {
    const hint =
      index === undefined
        ? `has no <integration>/syncs/*.ts`
        : `has an index.ts without an import './<integration>/syncs/<name>.js'`
    throw new AppError('invalid_bundle', `the folder ${root} ${hint}: there is no sync to deploy`)
  }
  return found
}

function importsOf(index: string, root: string): SyncFile[] {
  const imports = index.matchAll(/^import\s+['"]\.\/([^'"/]+)\/syncs\/([^'"]+?)(\.[jt]s)?['"]/gm)
  return [...imports].map(([, integration = '', name = '']) => syncFile(root, integration, `${name}.ts`))
}

async function filesBelow(root: string): Promise<SyncFile[]> {
  const folders = (await readdir(root, { withFileTypes: true }).catch(absent)) ?? []
  const integrations = folders.filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
  const found = await Promise.all(
    integrations.map(async ({ name: integration }) => {
      const files = (await readdir(join(root, integration, 'syncs')).catch(absent)) ?? []
      return files
        .filter((file) => file.endsWith('.ts') && !/\.(test|d)\.ts$/.test(file))
        .map((file) => syncFile(root, integration, file))
    }),
  )
  return found.flat().sort((a, b) => (a.file < b.file ? -1 : 1))
}

function syncFile(root: string, integration: string, file: string): SyncFile {
  return { integration, name: basename(file, '.ts'), file: join(root, integration, 'syncs', file) }
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error
}
