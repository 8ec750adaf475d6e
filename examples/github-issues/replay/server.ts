import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An issue or pull request of GitHub's REST API. Fields that this server does not use pass through. */
export interface ReplayItem {
  id: number
  number: number
  title: string
  created_at: string
  updated_at: string
  [field: string]: unknown
}

export interface ReplayOptions {
  /** What `GET /repos/<owner>/<name>/issues` lists. */
  items: ReplayItem[]
  port?: number
  host?: string
  /** Every n-th list request gets 429 and `Retry-After: 1`. */
  refuseEvery?: number
  /** Milliseconds before each answer to a list request. */
  delayMs?: number
  /** Called before the answer to the n-th list request, which waits for it. */
  onList?: (n: number) => Promise<void> | undefined
}

export interface Replay extends AsyncDisposable {
  url: string
  items: Map<number, ReplayItem>
  /** Changes an item as GitHub would: `updated_at` becomes now. */
  change(number: number, fields: Record<string, unknown>): ReplayItem
  add(fields: { title: string; [field: string]: unknown }): ReplayItem
  remove(number: number): void
}

/**
 * Serves GitHub's issue list from recorded items: `state`, `since`, `sort`, `direction`, `per_page`, `page`, Link headers
 * and a bearer token, as https://docs.github.com/rest/issues/issues#list-repository-issues says.
 *
 * To change the items: `POST /replay/issues`, `PATCH|DELETE /replay/issues/<number>`.
 */
export async function startReplay(options: ReplayOptions): Promise<Replay> {
  const items = new Map(options.items.map((item) => [item.number, item]))
  const now = () => `${new Date().toISOString().slice(0, 19)}Z`
  const change: Replay['change'] = (number, fields) => {
    const present = items.get(number)
    if (!present) throw new Error(`there is no item ${number}`)
    const changed = { ...present, ...fields, updated_at: now() }
    items.set(number, changed)
    return changed
  }
  // GitHub never uses a number or an id again.
  let lastNumber = Math.max(0, ...items.keys())
  let lastId = Math.max(0, ...[...items.values()].map((item) => item.id))
  const add: Replay['add'] = (fields) => {
    const [number, id] = [++lastNumber, ++lastId]
    const blank = {
      state: 'open',
      user: { login: 'replay' },
      labels: [],
      comments: 0,
      body: null,
      closed_at: null,
    }
    const item = { html_url: `https://github.com/replay/${number}`, ...blank, created_at: now(), ...fields }
    items.set(number, { ...item, id, number, created_at: now(), updated_at: now() })
    return items.get(number) as ReplayItem // just set
  }
  const remove: Replay['remove'] = (number) => {
    if (!items.delete(number)) throw new Error(`there is no item ${number}`)
  }

  let listings = 0
  const server = createServer(async (request, response) => {
    try {
      const url = new URL(request.url ?? '/', `http://${request.headers.host}`)
      if (url.pathname.startsWith('/replay/issues')) {
        await changeItems(request, response, url, { change, add, remove })
      } else if (/^\/(repos\/[^/]+\/[^/]+|repositories\/\d+)\/issues$/.test(url.pathname)) {
        if (!/^(Bearer|token) ./.test(request.headers.authorization ?? '')) {
          return answer(response, 401, { message: 'Requires authentication' })
        }
        listings++
        await options.onList?.(listings)
        if (options.refuseEvery && listings % options.refuseEvery === 0) {
          response.setHeader('retry-after', '1')
          return answer(response, 429, { message: 'API rate limit exceeded' })
        }
        if (options.delayMs) await new Promise((resolve) => setTimeout(resolve, options.delayMs))
        list(response, url, [...items.values()])
      } else answer(response, 404, { message: 'Not Found' })
    } catch (error) {
      answer(response, 422, { message: error instanceof Error ? error.message : String(error) })
    }
  })
  server.listen(options.port ?? 0, options.host ?? '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // an object for TCP servers
    items,
    change,
    add,
    remove,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function list(response: ServerResponse, url: URL, all: ReplayItem[]): void {
  const query = url.searchParams
  const perPage = Math.min(100, Number(query.get('per_page') ?? 30))
  const page = Number(query.get('page') ?? 1)
  const state = query.get('state') ?? 'open'
  const since = query.get('since')?.replace(/\.\d+Z$/, 'Z') ?? ''
  const sort = query.get('sort') === 'updated' ? 'updated_at' : 'created_at'
  const sign = query.get('direction') === 'asc' ? 1 : -1
  const found = all
    .filter((item) => (state === 'all' || item.state === state) && item.updated_at >= since)
    .sort((a, b) => sign * (a[sort].localeCompare(b[sort]) || a.number - b.number))

  const last = Math.max(1, Math.ceil(found.length / perPage))
  const to = (target: number, rel: string) => {
    const there = new URL(url)
    // GitHub's links name the repository by its number.
    there.pathname = '/repositories/1000/issues'
    there.searchParams.set('page', String(target))
    return `<${there}>; rel="${rel}"`
  }
  const links = [
    ...(page > 1 ? [to(page - 1, 'prev'), to(1, 'first')] : []),
    ...(page < last ? [to(page + 1, 'next'), to(last, 'last')] : []),
  ]
  if (links.length > 0) response.setHeader('link', links.join(', '))
  answer(response, 200, found.slice((page - 1) * perPage, page * perPage))
}

async function changeItems(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  act: Pick<Replay, 'change' | 'add' | 'remove'>,
): Promise<void> {
  const number = Number(url.pathname.split('/')[3])
  const body = async () => JSON.parse(Buffer.concat(await request.toArray()).toString('utf8') || '{}')
  if (request.method === 'POST') answer(response, 201, act.add(await body()))
  else if (request.method === 'PATCH') answer(response, 200, act.change(number, await body()))
  else if (request.method === 'DELETE') answer(response, 200, act.remove(number) ?? {})
  else answer(response, 405, { message: 'POST, PATCH or DELETE' })
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body))
}
