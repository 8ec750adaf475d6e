import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ReplayItem } from '@syncline/example-github-issues/replay'
import { ROOT } from './system.ts'

const FOLDER = join(ROOT, '../shared/data/github-issues')

/** Real issues and pull requests that lie beside the checkout on our own machines; not part of the project. */
export const haveSharedData = existsSync(FOLDER)
if (!haveSharedData) console.warn(`no ${FOLDER}: tests on its 562 real items are skipped`)

interface Exported {
  number: number
  title: string
  url: string
  state: string
  author: string | null
  labels: string[]
  body: string
  createdAt: string
  updatedAt: string
  closedAt: string | null
  comments: unknown[]
}

/** The export in the form of GitHub's REST API. */
export function sharedItems(): ReplayItem[] {
  const read = (file: string) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Exported[]
  const issues = read('issues.json').map((item) => toRest(item))
  const pulls = read('pulls.json').map((item) => ({ ...toRest(item), pull_request: { url: item.url } }))
  return [...issues, ...pulls]
}

function toRest(item: Exported): ReplayItem {
  return {
    id: 1_000_000 + item.number,
    number: item.number,
    title: item.title,
    state: item.state === 'OPEN' ? 'open' : 'closed',
    user: item.author === null ? null : { login: item.author },
    labels: item.labels.map((name) => ({ name })),
    comments: item.comments.length,
    body: item.body,
    html_url: item.url,
    created_at: item.createdAt,
    updated_at: item.updatedAt,
    closed_at: item.closedAt,
  }
}
