import type { HttpRequest, HttpResponse, Pagination } from '@syncline/function-types'
import { HttpError } from './http-error.ts'
import { isErrorCode, pageList } from './page-list.ts'
import { pageOrder } from './page-order.ts'
import { ABSENT, nameOf, type RequestIdentity, type UnresolvedFailures } from './unresolved-failures.ts'

/** What `paginate` needs of its run. */
export interface PaginateDeps {
  /** @param expected Statuses that are no failure of the run, though they are not 2xx. */
  send: (
    request: HttpRequest,
    expected: number[],
  ) => Promise<{ response: HttpResponse; url?: string | undefined }>
  failures: UnresolvedFailures
  warn: (text: string) => void
  /** Whether this run has begun to track deletes. */
  tracksDeletes: () => boolean
}

/** What APIs answer to a page number, or an offset, beyond the end of the list. */
const BEYOND_THE_END = [400, 404, 416, 422]
/** Searches that filter late give empty pages in a row, but not without end. */
const EMPTY_IN_A_ROW = 1000

/**
 * Requests page after page, up to where the API says that the list ends. Whatever else ends it is an error, and also known to
 * the run: an incomplete list does not say what exists. The call's settings override the integration's
 * defaults. `on_page` is called after the function has processed the items of the page, so a cursor that it keeps for a
 * checkpoint is never ahead of them.
 */
export async function* paginate<T>(
  given: HttpRequest,
  defaults: Record<string, unknown>,
  deps: PaginateDeps,
): AsyncGenerator<T[], undefined, void> {
  const how = { ...defaults, ...given.paginate } as Partial<Pagination> // the catalog has checked the defaults
  let request: HttpRequest = { ...given, method: given.method ?? 'GET', idempotent: given.idempotent ?? true }
  let isSending = false
  try {
    const order = pageOrder(request, how)
    request = order.first
    let isGuess = false
    for (let [page, empty] = [0, 0]; ; page++) {
      isSending = true
      const expected = isGuess ? BEYOND_THE_END : page === 0 ? ABSENT : []
      const answer = await deps.send(request, expected).catch((error: unknown) => {
        if (isGuess && error instanceof HttpError && BEYOND_THE_END.includes(error.status)) return undefined
        throw error
      })
      isSending = false
      if (!answer) return
      const { response, url } = answer
      const list = pageList(response, isGuess ? { ...how, optional_response_path: true } : how)
      if (list.kind === 'fault') {
        if (page > 0 || deps.tracksDeletes() || !isErrorCode(response)) throw fault(request, list.text)
        // Existing functions expect no error here: the list ends, and the run knows that it is not complete.
        noteIncomplete(deps, request, list.text)
        return
      }
      const items = list.kind === 'list' ? list.items : [list.page]
      const next = order.next({ request, response, url, items })
      if (isGuess && next.kind === 'fault') {
        noteIncomplete(deps, request, next.text)
        return
      }
      deps.failures.succeeded('page', identity(request))

      const isEmpty = items.length === 0
      empty = isEmpty ? empty + 1 : 0
      // An empty page of a linked list is one nevertheless, as existing functions expect.
      if (!isEmpty || how.type === 'link') yield (list.kind === 'list' ? items : list.page) as T[]
      if (next.kind === 'fault') throw fault(request, next.text)
      if (empty > EMPTY_IN_A_ROW) throw fault(request, `more than ${EMPTY_IN_A_ROW} pages in a row are empty`)
      const isHeard = how.type === 'link' || (how.type !== 'offset' && !isEmpty) || next.kind === 'page'
      if (isHeard) {
        await how.on_page?.({ nextPageParam: next.kind === 'page' ? next.param : undefined, response })
      }
      if (next.kind === 'end') return
      request = next.request
      isGuess = next.guess === true
    }
  } catch (error) {
    // What `send` throws it has noted itself.
    if (!isSending)
      deps.failures.failed('page', identity(request), String(error instanceof Error ? error.message : error))
    throw error
  }
}

function noteIncomplete({ failures, warn }: PaginateDeps, request: HttpRequest, text: string): void {
  const { message } = fault(request, text)
  failures.failed('page', identity(request), message)
  warn(message)
}

const fault = (request: HttpRequest, text: string): Error =>
  new Error(`paginate: ${nameOf(identity(request))}: ${text}`)

const identity = ({
  method = 'GET',
  endpoint,
  params,
  baseUrlOverride,
  data,
}: HttpRequest): RequestIdentity => ({
  method,
  endpoint: String(endpoint),
  baseUrl: baseUrlOverride,
  body: { params, data },
})
