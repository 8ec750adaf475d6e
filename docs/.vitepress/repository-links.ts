import { existsSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import type { MarkdownRenderer } from 'vitepress'

const root = join(import.meta.dirname, '../..')
const repository = 'https://github.com/syncline/syncline/blob/main/'

/** Links to files of the repository that are no pages lead to the repository. */
export function repositoryLinks(md: MarkdownRenderer): void {
  md.core.ruler.push('repository-links', ({ tokens, env }) => {
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === 'link_open' ? token.attrGet('href') : null
      if (href === null || /^([a-z]+:|\/|#)/.test(href)) continue
      const [path = '', hash] = href.split('#')
      const file = relative(root, join(dirname(env.realPath ?? env.path), path))
      if (file.startsWith('docs/')) continue
      if (!existsSync(join(root, file))) throw new Error(`${env.path}: no file '${href}'`)
      token.attrSet('href', repository + file + (hash === undefined ? '' : `#${hash}`))
    }
  })
}
