import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  InvalidProvider,
  type ProviderFile,
  parentsAmong,
  ReadProvider,
  resolveProvider,
} from '@syncline/providers'

/** The provider files of a project: `providers/*.yaml`. None is no error. */
export async function readProviders(folder: string): Promise<ProviderFile[]> {
  const inside = join(folder, 'providers')
  const names = await readdir(inside).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return []
    throw error
  })
  return readProviderFiles(
    names
      .filter((name) => /\.ya?ml$/.test(name))
      .sort()
      .map((name) => join(inside, name)),
  )
}

/** Checks the files as far as that is possible here: what they extend may be deployed. Errors name file and line. */
export async function readProviderFiles(paths: string[]): Promise<ProviderFile[]> {
  const reads: ReadProvider[] = []
  for (const path of paths) reads.push(new ReadProvider(await readFile(path, 'utf8'), path))
  const files = new Map(reads.map(({ file }) => [file.name, file]))
  const findParent = parentsAmong((name) => files.get(name))
  for (const read of reads) {
    try {
      resolveProvider(read.file, findParent)
    } catch (error) {
      if (error instanceof InvalidProvider && error.parentIsUnknown) continue
      throw read.located(error)
    }
  }
  return reads.map(({ file }) => file)
}
