import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '@syncline/errors'
import {
  InvalidProvider,
  type ProviderFile,
  parentsAmong,
  ReadProvider,
  resolveProvider,
} from '@syncline/providers'

/** The provider files of a project: `providers/*.yaml`. It is not an error if there are none. */
export async function readProviders(folder: string): Promise<ProviderFile[]> {
  const inside = join(folder, 'providers')
  const names = await readdir(inside).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return []
    throw error
  })
  const paths = names
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => join(inside, name))
  return (await readProviderFiles(paths)).files
}

interface Read {
  files: ProviderFile[]
  /** What files extend that is neither among them nor comes with Syncline. It may be deployed. */
  unknownParents: string[]
}

/** Checks the files as far as that is possible here. The error names all that is wrong in any of them, by file and line. */
export async function readProviderFiles(paths: string[]): Promise<Read> {
  const problems: string[] = []
  const reads: ReadProvider[] = []
  for (const path of paths) {
    const text = await textOf(path)
    collecting(problems, () => reads.push(new ReadProvider(text, path)))
  }
  const files = new Map(reads.map(({ file }) => [file.name, file]))
  const findParent = parentsAmong((name) => files.get(name))
  const unknownParents: string[] = []
  for (const read of reads) {
    collecting(problems, () => {
      try {
        resolveProvider(read.file, findParent)
      } catch (error) {
        if (!(error instanceof InvalidProvider && error.parentIsUnknown)) throw read.located(error)
        unknownParents.push(read.file.extends ?? '')
      }
    })
  }
  if (problems.length > 0) throw new Error(problems.join('\n'))
  return { files: reads.map(({ file }) => file), unknownParents }
}

function collecting(problems: string[], step: () => void): void {
  try {
    step()
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    problems.push(error.message)
  }
}

async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const why = { ENOENT: 'there is no such file', EISDIR: 'is a folder: name the files in it' }[
      error.code ?? ''
    ]
    throw new Error(`${path}: ${why ?? error.message}`)
  })
}
