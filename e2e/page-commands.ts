import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { blocksFor } from '@syncline/docs/blocks'

/**
 * Runs the shell blocks of a page of documentation in one shell, as a reader would, and writes its blocks with `file=` before.
 * `before` are lines that the reader has run on an earlier page; `replaced` is what stands in the page for what is another one in a
 * test.
 */
export async function runPage(
  test: string,
  page: string,
  options: { folder: string; before?: string[]; replaced: Record<string, string> },
): Promise<string[]> {
  const blocks = blocksFor(test, page)
  const replace = (text: string) =>
    Object.entries(options.replaced).reduce((before, [from, to]) => before.replaceAll(from, to), text)
  for (const { marks, text } of blocks) {
    const name = marks.get('file')
    if (name === undefined) continue
    const file = join(options.folder, name)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, replace(text))
  }
  const mark = randomUUID()
  const scripts = blocks.filter(({ language }) => language === 'sh').map(({ text }) => replace(text))
  const script = [
    'set -euo pipefail',
    ...(options.before ?? []),
    ...scripts.flatMap((text) => [text, `echo ${mark}`]),
  ].join('\n')
  const { stdout } = await promisify(execFile)('bash', ['-c', script], {
    cwd: options.folder,
    timeout: 200_000,
  })
  return stdout.split(`${mark}\n`).slice(0, -1)
}
