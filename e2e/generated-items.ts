import type { ReplayItem } from '@syncline/example-github-issues/replay'

const DAY_MS = 24 * 60 * 60 * 1000
const FIRST_DAY = Date.UTC(2024, 0, 1)

/** Issues and pull requests in the form of GitHub's REST API, the same ones each time, with texts that are hard to carry. */
export function generatedItems(issues: number, pulls: number): ReplayItem[] {
  const total = issues + pulls
  return Array.from({ length: total }, (_, n) => {
    const number = n + 1
    // Spread evenly, so that each page holds both kinds.
    const isIssue = Math.floor((number * issues) / total) > Math.floor((n * issues) / total)
    const url = `https://github.com/owner/name/${isIssue ? 'issues' : 'pull'}/${number}`
    const closed = n % 3 === 0
    return {
      id: 1_000_000 + number,
      number,
      title: `${number}: ${texts[n % texts.length]?.slice(0, 60)}`,
      state: closed ? 'closed' : 'open',
      user: n % 17 === 0 ? null : { login: `author-${n % 9}` },
      labels: Array.from({ length: n % 4 }, (_, label) => ({ name: `label ${label}` })),
      comments: n % 12,
      body: n % 11 === 0 ? null : (texts[(n * 7) % texts.length] ?? ''),
      html_url: url,
      created_at: day(n),
      updated_at: day(n + 30),
      closed_at: closed ? day(n + 30) : null,
      ...(!isIssue && { pull_request: { url } }),
    }
  })
}

const day = (n: number) => `${new Date(FIRST_DAY + n * DAY_MS).toISOString().slice(0, 19)}Z`

const texts = [
  '',
  'Steps:\r\n1. open\r\n2. close\r\n\r\n```ts\nconst a = `${b}\\n`\n```\ttabs',
  'quotes " \' ` and \\ backslashes \\" \\u0041 {"json":[1,2,{"a":null}]}',
  'emoji 🎉👩‍👩‍👧‍👦🏳️‍🌈, accents é and e\u0301, Ελληνικά, 日本語, العربية, \u202eright to left\u202c',
  "'); DROP TABLE records; -- {id:String} %s ${HOME} <script>alert(1)</script>",
  'control characters \u0000 \u0001 \u001f \u007f \u0085 \u2028 \u2029 \ufeff \ufffd',
  '0123456789abcdef'.repeat(4_096), // GitHub's longest body: 65 536 characters
  'a number 9007199254740993, a date 2024-02-30T25:61:61Z, true, null, NaN',
]
