import type { z } from 'zod'

/** What CLICKHOUSE_URL names, in order. What is wrong is told by its place: a URL may hold a password. */
export function shardUrls(list: string, context: z.RefinementCtx): string[] {
  const urls = list.split(',').map((url) => url.trim())
  const servers = urls.map(serverOf)
  for (const [i, server] of servers.entries()) {
    const which = urls.length === 1 ? 'it' : `number ${i + 1} of ${urls.length}`
    const first = servers.indexOf(server)
    if (server === undefined) {
      context.addIssue(`${which} must be a URL such as http://127.0.0.1:8123, without a path`)
    } else if (first < i) {
      context.addIssue(`${which} is the same server as number ${first + 1}, and each is a shard`)
    }
  }
  return urls
}

/** ClickHouse's client would take a path for the name of a database. */
function serverOf(text: string): string | undefined {
  const url = URL.parse(text)
  return url && /^https?:$/.test(url.protocol) && url.pathname + url.search === '/' ? url.host : undefined
}
