import { mkdir, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { Command } from 'commander'
import own from '../../package.json' with { type: 'json' }
import { type JsonOptions, jsonOption, show } from '../show.ts'

export const init = () =>
  new Command('init')
    .description('make a project: package.json, tsconfig.json, one sync, and a fixture to test it with')
    .argument('[folder]', 'is made if it is not there', '.')
    .addOption(jsonOption())
    .action(async (folder: string, options: JsonOptions) => {
      const { projectFiles } = await import('../init/project-files.ts')
      const files = projectFiles(packageName(folder), own.version)
      const paths = Object.keys(files)
      const present = (await Promise.all(paths.map((path) => exists(join(folder, path))))).map(
        (is, i) => is && paths[i],
      )
      const inTheWay = present.filter((path) => path !== false)
      if (inTheWay.length > 0) {
        throw new Error(
          `nothing was written: ${resolve(folder)} has ${inTheWay.join(', ')}. Choose another folder, or move them`,
        )
      }
      for (const [path, text] of Object.entries(files)) {
        const file = join(folder, path)
        await mkdir(dirname(file), { recursive: true })
        await writeFile(file, text, { flag: 'wx' }) // somebody else may make it meanwhile
      }
      show(options, { folder: resolve(folder), files: paths }, () => madeText(folder, paths))
    })

function madeText(folder: string, paths: string[]): string {
  const go = folder === '.' ? '' : `cd ${folder} && `
  return `${paths.map((path) => join(folder, path)).join('\n')}\n\nNext: ${go}npm install && npm test`
}

/** As npm takes it. */
function packageName(folder: string): string {
  const name = basename(resolve(folder))
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+/, '')
  return name || 'syncs'
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false
      throw error
    },
  )
}
