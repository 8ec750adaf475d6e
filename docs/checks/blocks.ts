import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')

/** A code block of a page. What stands behind its language says how it is checked: see blocks.test.ts. */
export interface Block {
  file: string
  line: number
  language: string
  /** `sh test=e2e/x.test.ts not-run="a reason"`: values by name; a word without a value is ''. */
  marks: Map<string, string>
  text: string
}

const FENCE = /^( *)```([\w-]*)[ \t]*([^\n]*)\n([\s\S]*?)^\1```[ \t]*$/gm

export function blocksOf({ file, text }: { file: string; text: string }): Block[] {
  return [...text.matchAll(FENCE)].map(
    ({ 1: indent = '', 2: language = '', 3: info = '', 4: body = '', index }) => ({
      file,
      line: text.slice(0, index).split('\n').length,
      language,
      marks: new Map(
        [...info.matchAll(/([\w-]+)(?:="([^"]*)"|=(\S+))?/g)].map(([, name = '', quoted, word]) => [
          name,
          quoted ?? word ?? '',
        ]),
      ),
      text: body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    }),
  )
}

/** The blocks of a page that say that this test checks them: `test=<file>`. */
export function blocksFor(test: string, page: string): Block[] {
  const text = readFileSync(join(ROOT, page), 'utf8')
  return blocksOf({ file: page, text }).filter(({ marks }) => marks.get('test') === test)
}
