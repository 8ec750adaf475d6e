import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { cliPage } from './cli.ts'
import { functionTypesPage } from './function-types.ts'
import { nodeClientPage } from './node-client.ts'
import { restPages } from './rest.ts'

const docs = join(import.meta.dirname, '..')

/** Pages that are made of the source when the site is built, by path below docs/ without `.md`. They are not committed. */
export function generatedPages(): Map<string, string> {
  return new Map([
    ...restPages(),
    ['reference/function-types', functionTypesPage()],
    ['reference/node-client', nodeClientPage()],
    ['reference/cli', cliPage()],
  ])
}

export async function writeGeneratedPages(): Promise<void> {
  for (const [page, text] of generatedPages()) {
    const file = join(docs, `${page}.md`)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  }
}

if (import.meta.main) await writeGeneratedPages()
