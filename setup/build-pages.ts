// node setup/build-pages.ts [web] [docs]: builds the dashboard and the documentation, unless they were built of just these sources.
// A file `.inputs` beside the output has the hash of what it was built of.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { glob, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const root = join(import.meta.dirname, '..')

/** Folders and files that the output is made of, and what in them is made of others. */
const pages = {
  web: {
    dist: 'web/dist',
    inputs: ['web/**', 'pnpm-lock.yaml'],
    made: undefined,
    command: ['node_modules/.bin/vite', 'build'],
    folder: 'web',
  },
  docs: {
    dist: 'docs/.vitepress/dist',
    inputs: [
      ...['docs/**', 'docs/.vitepress/**', 'libs/*/src/**', 'sdk/src/**', 'cli/src/**', 'cli/README.md'],
      ...['sdk/README.md', '*.md', 'pnpm-lock.yaml'],
    ],
    made: /^docs\/(\.snippets|reference\/(rest\/|cli\.md|node-client\.md|function-types\.md))/,
    command: [process.execPath, '--no-warnings', 'build.ts'],
    folder: 'docs',
  },
}
type Name = keyof typeof pages

const MIN_BYTES = 1400
const brotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }

const isName = (text: string): text is Name => text in pages
const names = process.argv.slice(2).filter(isName)
for (const name of names.length > 0 ? names : (['web', 'docs'] as const)) await buildIfChanged(name)
async function buildIfChanged(name: Name): Promise<void> {
  const { dist, command, folder } = pages[name]
  const stamp = join(root, dist, '.inputs')
  const hash = await hashOf(name)
  if ((await readFile(stamp, 'utf8').catch(() => '')) === hash) return
  await run(command, join(root, folder))
  await compressAll(join(root, dist))
  await writeFile(stamp, hash)
}

async function hashOf(name: Name): Promise<string> {
  const { inputs, made } = pages[name]
  const files: string[] = []
  for await (const entry of glob(inputs, { cwd: root, withFileTypes: true, exclude: isLeftOut })) {
    if (entry.isFile()) files.push(join(entry.parentPath, entry.name).slice(root.length + 1))
  }
  const hash = createHash('sha256').update(process.version)
  for (const file of [...new Set(files)].sort()) {
    if (made?.test(file)) continue
    hash.update(`\n${file}\n`).update(await readFile(join(root, file)))
  }
  return hash.digest('hex')
}

function isLeftOut({ name }: { name: string }): boolean {
  return ['node_modules', 'dist', 'cache'].includes(name)
}

/** What it says is shown only if it fails. */
async function run([command = '', ...args]: string[], cwd: string): Promise<void> {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      said = (said + text).slice(-20_000)
    })
  }
  const code = await new Promise((settle) => {
    child.once('error', (error) => settle(error.message))
    child.once('close', settle)
  })
  if (code !== 0) throw new Error(`${said}\n${command} ${args.join(' ')} in ${cwd} ended with ${code}`)
}

/** The gateway sends these files as they are: nothing is compressed while a browser waits. */
async function compressAll(dist: string): Promise<void> {
  for await (const file of glob('**/*.{html,js,css,svg,json,txt}', { cwd: dist })) {
    const content = await readFile(join(dist, file))
    if (content.length < MIN_BYTES) continue
    const [br, gz] = await Promise.all([
      promisify<Buffer, object, Buffer>(brotliCompress)(content, brotliOptions),
      promisify<Buffer, object, Buffer>(gzip)(content, { level: 9 }),
    ])
    await writeFile(join(dist, `${file}.br`), br)
    await writeFile(join(dist, `${file}.gz`), gz)
  }
}
