import { createSync } from '@syncline/sdk'
import { z } from 'zod'

const Item = z.object({
  id: z.number(),
  number: z.number(),
  title: z.string(),
  state: z.string(),
  author: z.string().nullable(),
  labels: z.array(z.string()),
  comments: z.number(),
  body: z.string().nullable(),
  url: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
  closed_at: z.string().nullable(),
})

/** Issues and pull requests of one repository: `repo: "owner/name"` in the connection's metadata. */
export default createSync({
  description: 'Issues and pull requests of a GitHub repository',
  version: '1.0.0',
  frequency: 'every 30 seconds',
  fresh: '5 minutes',
  autoStart: true,
  models: { GithubIssue: Item, GithubPullRequest: Item },
  metadata: z.object({ repo: z.string() }),
  checkpoint: z.object({
    since: z.string(),
    highest: z.number(),
    total: z.number(),
    open: z.boolean(),
    run: z.number(),
  }),

  exec: async (nango) => {
    const { repo } = await nango.getMetadata()
    const before = (await nango.getCheckpoint()) ?? nothingYet

    // One small request first. It gives the newest number, how many items there are, and the time on GitHub's clock: the
    // next run reads what changed since then, so it sees changes that are made while this run reads.
    const now = await nango.get<GithubItem[]>({
      endpoint: `/repos/${repo}/issues`,
      params: { state: 'all', sort: 'created', direction: 'desc', per_page: '1' },
      retries: 5,
    })
    const since = new Date(now.headers.date ?? Date.now()).toISOString()
    const highest = now.data[0]?.number ?? 0
    const total = lastPage(now.headers.link) ?? now.data.length

    // A run may be interrupted anywhere. `open` stays true if it was interrupted before its last checkpoint; if after, it
    // is repeated with the same number, which `run` tells.
    const run = nango.syncJobId
    const uninterrupted = !before.open && before.run !== run
    await nango.saveCheckpoint({ ...before, open: true, run })
    let added = 0
    for await (const page of pages(nango, repo, before.since)) {
      added += page.filter((item) => item.number > before.highest).length
      await save(nango, page)
    }
    if (!before.open && before.total + added === total) {
      await nango.saveCheckpoint({ since, highest, total, open: false, run })
      return
    }

    // Deleted items do not appear in `since` queries. Only if the count is not the expected one, read everything:
    // `trackDeletesEnd` deletes what was not saved again.
    await nango.log(`expected ${before.total + added} items, GitHub has ${total}: looking for deleted ones`)
    for (const model of models) await nango.trackDeletesStart(model)
    let listed = 0
    for await (const page of pages(nango, repo)) {
      listed += page.length
      await save(nango, page)
    }
    // A deletion while we read can move an item to a page that was read already: then the next run reads again.
    const complete = listed === total
    if (complete) for (const model of models) await nango.trackDeletesEnd(model)
    // What an interrupted attempt saved counts as seen, even if it was deleted since: then the total is not reliable.
    const reliable = complete && uninterrupted
    await nango.saveCheckpoint({ since, highest, total: reliable ? total : 0, open: !complete, run })
  },
})

const nothingYet = { since: '1970-01-01T00:00:00Z', highest: 0, total: 0, open: false, run: 0 }

const models = ['GithubIssue', 'GithubPullRequest'] as const

type Nango = Parameters<NonNullable<Parameters<typeof createSync>[0]['exec']>>[0]

/** In order of creation, so that changes while we read do not move items from page to page. */
function pages(nango: Nango, repo: string, since?: string) {
  return nango.paginate<GithubItem>({
    endpoint: `/repos/${repo}/issues`,
    params: { state: 'all', sort: 'created', direction: 'asc', ...(since && { since }) },
    paginate: {
      type: 'link',
      link_rel_in_response_header: 'next',
      limit_name_in_request: 'per_page',
      limit: 50,
    },
    retries: 5,
  })
}

async function save(nango: Nango, page: GithubItem[]) {
  await nango.batchSave(page.filter((item) => !item.pull_request).map(toRecord), 'GithubIssue')
  await nango.batchSave(page.filter((item) => item.pull_request).map(toRecord), 'GithubPullRequest')
}

/** The fields that we use: https://docs.github.com/rest/issues/issues#list-repository-issues */
interface GithubItem {
  id: number
  number: number
  title: string
  state: string
  user: { login: string } | null
  labels: { name: string }[]
  comments: number
  body: string | null
  html_url: string
  created_at: string
  updated_at: string
  closed_at: string | null
  pull_request?: object
}

function toRecord(item: GithubItem): z.infer<typeof Item> {
  return {
    id: item.id,
    number: item.number,
    title: item.title,
    state: item.state,
    author: item.user?.login ?? null,
    labels: item.labels.map((label) => label.name),
    comments: item.comments,
    body: item.body,
    url: item.html_url,
    created_at: item.created_at,
    updated_at: item.updated_at,
    closed_at: item.closed_at,
  }
}

/** With one item per page, the number of the last page is the number of items. */
function lastPage(link: string | undefined): number | undefined {
  const page = /[?&]page=(\d+)[^>]*>; rel="last"/.exec(link ?? '')?.[1]
  return page === undefined ? undefined : Number(page)
}
