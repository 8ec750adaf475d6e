import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Block, blocksOf } from './blocks.ts'
import { written } from './pages.ts'

// Writes the TypeScript of all pages to docs/.snippets, for the compiler: `pnpm types`.

const folder = join(import.meta.dirname, '../.snippets')

/** What a block may use that it does not say itself. */
const given: Record<string, string> = {
  sync: "declare const nango: import('@syncline/sdk').NangoSync",
  action: "declare const nango: import('@syncline/sdk').NangoAction",
  client: "declare const syncline: import('@syncline/sdk').Syncline",
}

export function snippetOf({ language, text, marks }: Block): string | undefined {
  if (language !== 'ts') return undefined
  const before = Object.keys(given).filter((name) => marks.has(name))
  return `${before.map((name) => given[name]).join('\n')}\n${text}\nexport {}\n`
}

export async function writeSnippets(): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder)
  await writeFile(join(folder, 'none.ts'), 'export {}\n')
  for (const block of written.flatMap(blocksOf)) {
    const snippet = snippetOf(block)
    const name = `${block.file.replaceAll(/[/.]/g, '-')}-${block.line}.ts`
    if (snippet !== undefined) await writeFile(join(folder, name), snippet)
  }
}

if (import.meta.main) await writeSnippets()
