import { useQueries } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import type { ApiError } from './api-error.ts'
import { type AnswerOf, call, type ReadEndpoint, type RequestOf } from './call.ts'
import { POLL_MS } from './query-client.ts'
import { useEnvironment } from './session.ts'

/** Fewer than a scroll bar can show, more than anybody reads. */
const MAX_PAGES = 500

export interface Pages<Page, Row> {
  rows: Row[]
  /** The first page, with what it says beside its rows. */
  first: Page | undefined
  isLoading: boolean
  error: ApiError | null
  hasMore: boolean
  loadMore: () => void
  /** Rows that are on the screen, by their places: only their pages are asked for again. */
  onRange: (first: number, last: number) => void
}

/**
 * A list that the server filters, sorts and pages by cursor. Pages come as the reader scrolls. Those on the screen are asked for again each
 * 1.5 s; when one then ends elsewhere, those after it are loaded again.
 */
export function usePages<E extends ReadEndpoint, Row>(
  endpoint: E,
  request: RequestOf<E>,
  rowsOf: (page: AnswerOf<E>) => Row[],
  { enabled = true, poll = POLL_MS as number | false } = {},
): Pages<AnswerOf<E>, Row> {
  const environment = useEnvironment()
  const list = JSON.stringify([environment, endpoint, request])
  const [state, setState] = useState<{ list: string; cursors: (string | undefined)[] }>({
    list,
    cursors: [undefined],
  })
  const cursors = state.list === list ? state.cursors : [undefined]
  const [range, setRange] = useState<[first: number, last: number]>([0, 0])
  // What was shown at a place before, until its page is there: rows do not vanish while they are asked for again.
  const shown = useRef<{ list: string; pages: AnswerOf<E>[] }>({ list, pages: [] })
  if (shown.current.list !== list) shown.current = { list, pages: [] }

  const results = useQueries({
    queries: cursors.map((cursor, index) => ({
      queryKey: ['api', environment, endpoint, request, cursor ?? ''],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        call(environment, endpoint, withCursor(request, cursor), signal),
      refetchInterval: index >= range[0] && index <= range[1] ? poll : (false as const),
      enabled,
    })),
  })
  const pages: AnswerOf<E>[] = []
  for (const [index, { data }] of results.entries()) {
    const page = data ?? shown.current.pages[index]
    if (page === undefined) break
    pages.push(page)
  }
  shown.current.pages = pages
  const next = pages.map(nextCursorOf)
  const last = next.at(-1)
  const hasMore = pages.length === cursors.length && typeof last === 'string' && cursors.length < MAX_PAGES

  // A page that ends elsewhere than before: the page after it begins there.
  const changed = cursors.findIndex(
    (cursor, i) => i > 0 && next[i - 1] !== undefined && next[i - 1] !== cursor,
  )
  useEffect(() => {
    if (changed === -1) return
    const cursor = next[changed - 1]
    setState({
      list,
      cursors: [...cursors.slice(0, changed), ...(typeof cursor === 'string' ? [cursor] : [])],
    })
  })

  const parts = pages.map(rowsOf)
  return {
    rows: useRows(pages, parts),
    first: pages[0],
    isLoading: pages.length === 0 && results[0]?.error == null,
    error: (results.find(({ error }) => error)?.error ?? null) as ApiError | null, // `call` fails with nothing else
    hasMore,
    loadMore: () => {
      if (hasMore && typeof last === 'string') setState({ list, cursors: [...cursors, last] })
    },
    onRange: (firstRow, lastRow) => {
      const seen: [number, number] = [pageAt(parts, firstRow), pageAt(parts, lastRow)]
      if (seen[0] !== range[0] || seen[1] !== range[1]) setRange(seen)
    },
  }
}

/** The rows of all pages; the same list as before when no page has changed. */
function useRows<Page, Row>(pages: Page[], parts: Row[][]): Row[] {
  const kept = useRef<{ pages: Page[]; rows: Row[] }>({ pages: [], rows: [] })
  const before = kept.current.pages
  const isSame = before.length === pages.length && pages.every((page, i) => page === before[i])
  if (!isSame) kept.current = { pages, rows: parts.flat() }
  return kept.current.rows
}

function withCursor<R>(request: R, cursor: string | undefined): R {
  if (cursor === undefined) return request
  // A route with pages has `cursor` in its query.
  const { query } = request as { query?: object }
  return { ...request, query: { ...query, cursor } }
}

/** Undefined = the answer does not say it; null = it was the last page. */
function nextCursorOf(page: unknown): string | null | undefined {
  return (page as { next_cursor?: string | null }).next_cursor // a page of the contract has it
}

function pageAt(parts: unknown[][], row: number): number {
  let end = 0
  for (const [index, part] of parts.entries()) {
    end += part.length
    if (row < end) return index
  }
  return Math.max(0, parts.length - 1)
}
