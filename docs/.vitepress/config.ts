import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defineConfig } from 'vitepress'
import { moveInlineScripts } from './inline-scripts.ts'
import { writeLlms } from './llms.ts'
import { repositoryLinks } from './repository-links.ts'
import { pagesBeside, restIndex, sections, titleOf } from './sections.ts'

const root = join(import.meta.dirname, '../..')
const link = (page: string) => `/${page.replace(/(^|\/)index$/, '$1')}`
const item = (page: string) => ({ text: titleOf(page), link: link(page) })
const inline = moveInlineScripts('/docs/')

export default defineConfig({
  base: '/docs/',
  lang: 'en',
  title: 'Syncline',
  description: 'An open, self-hosted sync engine: TypeScript sync functions in, versioned records out.',
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: '/docs/icon.svg' }]],
  // The whole site is known: a link that leads nowhere ends the build.
  ignoreDeadLinks: false,
  metaChunk: true,
  themeConfig: {
    nav: [
      ...sections.slice(0, -1).map(({ text, pages: [first = ''] }) => ({
        text,
        link: link(first),
        activeMatch: `^/${first.split('/')[0]}/`,
      })),
      // Both are served by the gateway beside this site; the router of the site has to leave them alone.
      { text: 'API', link: '/api/', target: '_self' },
      { text: 'Dashboard', link: '/../', target: '_self' },
    ],
    sidebar: sections.map(({ text, pages, collapsed }) => ({
      text,
      // A group that folds is a link: a button around its arrow would be a button in a button.
      ...(collapsed && { collapsed, link: link(pages[0] ?? '') }),
      items: pages.map((page) => ({
        ...item(page),
        // The pages of the REST API are many: below their index.
        ...(page === restIndex && { collapsed: true, items: pagesBeside(page).map(item) }),
      })),
    })),
    outline: [2, 3],
    notFound: {
      title: 'There is no such page',
      quote: 'It may have moved: search for what you want to know, or begin at the first page.',
      linkText: 'To the first page',
    },
    search: {
      provider: 'local',
      // Data only: a function would be made of a text in the browser, which the Content-Security-Policy forbids.
      options: { miniSearch: { searchOptions: { boost: { title: 6, titles: 3, text: 1 } } } },
    },
  },
  markdown: {
    // They would take the `{id}` of a path for theirs.
    attrs: { disable: true },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    config: (md) => void md.use(repositoryLinks),
  },
  transformHtml: (html) => inline.transform(html),
  async buildEnd({ outDir }) {
    await inline.write(outDir)
    await writeLlms(outDir)
    // Editors check provider files with it.
    await copyFile(join(root, 'docs/provider.schema.json'), join(outDir, 'provider.schema.json'))
    await copyFile(join(root, 'web/src/shell/icon.svg'), join(outDir, 'icon.svg'))
  },
})
