import exchanges from '@octokit/fixtures/scenarios/api.github.com/paginate-issues/raw-fixture.json' with {
  type: 'json',
}
import type { ReplayItem } from './server.ts'

/** The 13 issues, in five pages, of Octokit's recorded scenario `paginate-issues`. */
export function recordedIssues(): ReplayItem[] {
  const pages = exchanges.filter((exchange) => exchange.method === 'get').map((exchange) => exchange.response)
  return pages.flat() as ReplayItem[] // each is a page of GitHub's issue list
}
