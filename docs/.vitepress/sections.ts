import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export interface Section {
  text: string
  /** Paths below docs/, without `.md`, in reading order. */
  pages: string[]
  collapsed?: true
}

const docs = join(import.meta.dirname, '..')

/** Its pages, one for each group of routes, are generated. */
export const restIndex = 'reference/rest/index'

/** The sidebar. A unit test compares it with the pages that there are. */
export const sections: Section[] = [
  { text: 'Start', pages: ['index', 'start/first-records', 'start/your-own-sync', 'start/dashboard'] },
  {
    text: 'Concepts',
    pages: [
      'concepts/words',
      'concepts/runs',
      'concepts/guarantees',
      'concepts/deletions',
      'concepts/history',
      'concepts/freshness',
    ],
  },
  {
    text: 'Guides',
    pages: [
      'guides/developing-functions',
      'guides/testing-and-ci',
      'guides/pages-and-checkpoints',
      'guides/rate-limits',
      'guides/backfills-and-variants',
      'guides/webhooks',
      'guides/reacting-to-changes',
      'guides/credentials',
      'guides/providers',
      'guides/moving-from-nango',
    ],
  },
  {
    text: 'Operations',
    pages: [
      'operations/index',
      'operations/monitoring',
      'operations/troubleshooting',
      'operations/backups',
      'operations/records',
    ],
  },
  {
    text: 'Reference',
    pages: [
      restIndex,
      'reference/node-client',
      'reference/functions',
      'reference/function-types',
      'reference/nango-yaml',
      'reference/cli',
      'reference/events',
      'reference/keys',
      'reference/compatibility',
      'reference/configuration',
      'reference/limits',
      'reference/benchmarks',
    ],
  },
  { text: 'Decisions', pages: ['decisions/index', ...pagesBeside('decisions/index')], collapsed: true },
]

/** The title of a page is its first heading. */
export function titleOf(page: string): string {
  const text = readFileSync(join(docs, `${page}.md`), 'utf8')
  const [, title = page] = /^# (.*)$/m.exec(text) ?? []
  return title.replaceAll(/[`*]/g, '')
}

/** The other pages in the folder of an index page. */
export function pagesBeside(index: string): string[] {
  const folder = dirname(index)
  return readdirSync(join(docs, folder))
    .filter((file) => file.endsWith('.md') && file !== 'index.md')
    .sort()
    .map((file) => join(folder, file.slice(0, -'.md'.length)))
}
