import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Section {
  text: string
  /** Paths below docs/, without `.md`, in reading order. */
  pages: string[]
  collapsed?: true
}

const docs = join(import.meta.dirname, '..')

/** The sidebar. A unit test compares it with the pages that there are. */
export const sections: Section[] = [
  { text: 'Start', pages: ['index'] },
  {
    text: 'Concepts',
    pages: ['concepts/freshness'],
  },
  { text: 'Guides', pages: ['guides/developing-functions', 'guides/credentials', 'guides/providers'] },
  { text: 'Operations', pages: ['operations/index', 'operations/records'] },
  {
    text: 'Reference',
    pages: [
      'reference/functions',
      'reference/nango-yaml',
      'reference/events',
      'reference/keys',
      'reference/compatibility',
      'reference/configuration',
      'reference/limits',
      'reference/benchmarks',
    ],
  },
  { text: 'Decisions', pages: ['decisions/index', ...decisions()], collapsed: true },
]

/** The title of a page is its first heading. */
export function titleOf(page: string): string {
  const text = readFileSync(join(docs, `${page}.md`), 'utf8')
  const [, title = page] = /^# (.*)$/m.exec(text) ?? []
  return title.replaceAll(/[`*]/g, '')
}

function decisions(): string[] {
  return readdirSync(join(docs, 'decisions'))
    .filter((file) => /^\d.*\.md$/.test(file))
    .sort()
    .map((file) => `decisions/${file.slice(0, -'.md'.length)}`)
}
