import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pagesBeside, restIndex, sections, titleOf } from './sections.ts'

const docs = join(import.meta.dirname, '..')

/** llms.txt (an index) and llms-full.txt (all pages as Markdown), by the convention of llmstxt.org. */
export async function writeLlms(outDir: string): Promise<void> {
  const index = [
    '# Syncline',
    '',
    '> An open, self-hosted sync engine: TypeScript sync functions in, versioned records out.',
  ]
  const full: string[] = []
  for (const { text, pages } of sections) {
    index.push('', `## ${text}`, '')
    for (const page of pages.flatMap((it) => (it === restIndex ? [it, ...pagesBeside(it)] : [it]))) {
      const source = await readFile(join(docs, `${page}.md`), 'utf8')
      index.push(`- [${titleOf(page)}](/docs/${page}.html): ${firstSentence(source)}`)
      full.push(`<!-- /docs/${page}.html -->\n\n${source.trim()}\n`)
    }
  }
  await writeFile(join(outDir, 'llms.txt'), `${index.join('\n')}\n`)
  await writeFile(join(outDir, 'llms-full.txt'), full.join('\n'))
}

/** Of the first paragraph, without the marks of Markdown. */
function firstSentence(source: string): string {
  const prose = source.replaceAll(/^```[\s\S]*?^```$/gm, '')
  const paragraph = prose.split(/\n\n+/).find((it) => /^[A-Za-z*_`[]/.test(it)) ?? ''
  const plain = paragraph
    .replaceAll('\n', ' ')
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/\*\*|\*/g, '')
  return /^.*?[.:](?= |$)/.exec(plain)?.[0].replace(/:$/, '.') ?? plain
}
