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

/** Issues and pull requests of the repository that the connection's metadata names as `repo: "owner/name"`. */
export default createSync({
  description: 'Issues and pull requests of a GitHub repository',
  version: '1.0.0',
  frequency: 'every 30 seconds',
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

    // One small question first: GitHub's own clock (so that a change made while we read belongs to the next run too),
    // the newest number, and how many there are.
    const now = await nango.get<GithubItem[]>({
      endpoint: `/repos/${repo}/issues`,
      params: { state: 'all', sort: 'created', direction: 'desc', per_page: '1' },
      retries: 5,
    })
    const since = new Date(now.headers.date ?? Date.now()).toISOString()
    const highest = now.data[0]?.number ?? 0
    const total = lastPage(now.headers.link) ?? now.data.length

    // `open` until the end: a run that was cut off shows, whatever it had saved. `run` shows the rest: cut off after its
    // last checkpoint, a run is tried again with the same number.
    const run = nango.syncJobId
    const inOnePiece = !before.open && before.run !== run
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

    // `since` never shows what is gone. Only when the numbers don't add up is it worth reading everything: what a
    // complete pass does not save again is deleted.
    await nango.log(`expected ${before.total + added} items, GitHub has ${total}: looking for deleted ones`)
    for (const model of models) await nango.trackDeletesStart(model)
    let listed = 0
    for await (const page of pages(nango, repo)) {
      listed += page.length
      await save(nango, page)
    }
    // A deletion while we read may have pushed an item over a page's edge, unseen: then the next run reads again.
    const complete = listed === total
    if (complete) for (const model of models) await nango.trackDeletesEnd(model)
    // What was saved before a cut counts as seen, though it may be gone since: only a run in one piece settles the numbers.
    const settled = complete && inOnePiece
    await nango.saveCheckpoint({ since, highest, total: settled ? total : 0, open: !complete, run })
  },
})

const nothingYet = { since: '1970-01-01T00:00:00Z', highest: 0, total: 0, open: false, run: 0 }

const models = ['GithubIssue', 'GithubPullRequest'] as const

type Nango = Parameters<NonNullable<Parameters<typeof createSync>[0]['exec']>>[0]

/** In order of creation: what changes while we read can't push another item over a page's edge. */
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

/** What we use of https://docs.github.com/rest/issues/issues#list-repository-issues */
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

/** With one item a page, the number of the last page is the number of items. */
function lastPage(link: string | undefined): number | undefined {
  const page = /[?&]page=(\d+)[^>]*>; rel="last"/.exec(link ?? '')?.[1]
  return page === undefined ? undefined : Number(page)
}
