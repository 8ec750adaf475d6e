import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Puts a text between the marks of its name in docs/reference/benchmarks.md. */
export async function writeDocs(name: string, text: string): Promise<void> {
  const path = join(import.meta.dirname, '../docs/reference/benchmarks.md')
  const before = await readFile(path, 'utf8')
  const marked = new RegExp(`(<!-- ${name} -->\\n).*(<!-- end of ${name} -->)`, 's')
  await writeFile(
    path,
    before.replace(marked, (_, start, end) => `${start}\n${text}\n\n${end}`),
  )
}
