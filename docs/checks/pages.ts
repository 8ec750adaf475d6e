import { globSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { generatedPages } from '../generate/index.ts'

export const ROOT = join(import.meta.dirname, '../..')

export interface Page {
  /** From the root of the repository. */
  file: string
  text: string
}

/** Pages of the site that are made of the source when it is built. */
export const generated: Page[] = [...generatedPages()].map(([path, text]) => ({
  file: `docs/${path}.md`,
  text,
}))

/** Pages that somebody has written. */
export const written: Page[] = globSync(
  ['docs/**/*.md', '{sdk,cli}/README.md', 'README.md', 'ARCHITECTURE.md'],
  {
    cwd: ROOT,
    exclude: ['**/node_modules/**'],
  },
)
  .map((file) => relative(ROOT, join(ROOT, file)))
  .filter((file) => !generated.some((page) => page.file === file))
  .sort()
  .map((file) => ({ file, text: readFileSync(join(ROOT, file), 'utf8') }))
