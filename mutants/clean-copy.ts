import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtempDisposable, readdir, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * A copy of the tree as it is now, without what git ignores, in a temporary folder. Its packages find each other: links
 * between them are relative and are copied as links. What comes from npm stays where it is.
 */
export async function cleanCopy(root: string) {
  await using open = new AsyncDisposableStack()
  const { path } = open.use(await mkdtempDisposable(join(tmpdir(), 'syncline-mutants-')))
  const files = await tracked(root)
  for (const folder of new Set(files.map(dirname))) await mkdir(join(path, folder), { recursive: true })
  await Promise.all(files.map((file) => cp(join(root, file), join(path, file))))

  const packages = files.filter((file) => file.endsWith('package.json')).map(dirname)
  for (const folder of packages) await copyLinks(join(root, folder), join(path, folder))
  await symlink(join(root, 'node_modules/.pnpm'), join(path, 'node_modules/.pnpm'))
  const owned = open.move()
  return { path, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

async function tracked(root: string): Promise<string[]> {
  const options = { cwd: root, maxBuffer: 64 * 1024 * 1024 }
  const list = async (...args: string[]) =>
    (await run('git', ['ls-files', '-z', ...args], options)).stdout.split('\0')
  const [files, deleted] = [await list('--cached', '--others', '--exclude-standard'), await list('--deleted')]
  const gone = new Set(deleted)
  return [...new Set(files)].filter((file) => file !== '' && !gone.has(file))
}

/** A package's node_modules: links, and in the root a folder with everything that they lead to. */
async function copyLinks(from: string, to: string): Promise<void> {
  const names = await readdir(join(from, 'node_modules')).catch(() => [])
  for (const name of names.filter((name) => name !== '.pnpm')) {
    await cp(join(from, 'node_modules', name), join(to, 'node_modules', name), {
      recursive: true,
      verbatimSymlinks: true,
    })
  }
}
