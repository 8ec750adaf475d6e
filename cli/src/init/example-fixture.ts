import type { FixtureInput } from '@syncline/fixtures'

const since = '2026-01-02T10:00:00Z'
const issue = (number: number, title: string, day: string, login: string | null) => ({
  ...{ id: 1000 + number, number, title, state: 'open', user: login === null ? null : { login } },
  updated_at: `2026-01-${day}T10:00:00Z`,
})
const record = (number: number, title: string, day: string, author: string | null) => ({
  ...{ id: 1000 + number, number, title, state: 'open', author, updated_at: `2026-01-${day}T10:00:00Z` },
})
const query = `state=all&sort=updated&direction=asc&since=${encodeURIComponent(since)}&per_page=100`
const next = `https://api.github.com/repositories/1/issues?${query}&page=2`

/** A second run of the example: one issue has another title, one is as it was, two are new. */
export const exampleFixture: FixtureInput = {
  version: 1,
  ...{ integration: 'github', sync: 'issues', clock: '2026-01-05T00:00:00Z' },
  connection: { provider: 'github', metadata: { repo: 'acme/shop' } },
  initial: {
    checkpoint: { since },
    records: { Issue: [record(1, 'Totl is wrong', '01', 'ada'), record(2, 'Add a search', '02', 'ada')] },
  },
  exchanges: [
    {
      kind: 'http',
      request: { method: 'GET', endpoint: `/repos/acme/shop/issues?${query}` },
      response: {
        status: 200,
        headers: { 'content-type': 'application/json', link: `<${next}>; rel="next"` },
        body: { json: [issue(2, 'Add a search', '02', 'ada'), issue(1, 'Total is wrong', '03', 'ada')] },
      },
    },
    {
      kind: 'http',
      request: { method: 'GET', endpoint: next },
      response: {
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: { json: [issue(3, 'Faster pages', '03', 'lin'), issue(4, 'Typo', '04', null)] },
      },
    },
  ],
  expected: {
    models: {
      Issue: {
        added: [record(3, 'Faster pages', '03', 'lin'), record(4, 'Typo', '04', null)],
        updated: [record(1, 'Total is wrong', '03', 'ada')],
        ...{ unchanged: 1, deleted: [] },
      },
    },
    checkpoint: { since: '2026-01-04T10:00:00Z' },
  },
}
