// For tests of paginate: an API that answers pages, and all that paginate gives of it.
import type { HttpRequest, HttpResponse } from '@syncline/function-types'
import { HttpError } from './http-error.ts'
import { paginate } from './paginate.ts'
import { UnresolvedFailures } from './unresolved-failures.ts'

type TestPage = { data: unknown; headers?: Record<string, string>; status?: number; url?: string }

/** Answers the pages in turn, and remembers what was asked. */
export function api(...pages: TestPage[]) {
  return answering((n) => pages[n])
}

/** Answers the n-th request. */
export function answering(pageOf: (n: number, request: HttpRequest) => TestPage | undefined) {
  const asked: HttpRequest[] = []
  const failures = new UnresolvedFailures()
  const warnings: string[] = []
  let isTracking = false
  const send = async (request: HttpRequest) => {
    const page = pageOf(asked.length, request)
    if (!page) throw new Error(`page ${asked.length} was not expected`)
    asked.push(request)
    const { url, ...answer } = page
    const response: HttpResponse = { status: 200, statusText: 'OK', headers: {}, ...answer }
    if (response.status >= 300) throw new HttpError('GET', request.endpoint, response)
    return { response, url }
  }
  const warn = (text: string) => void warnings.push(text)
  const deps = { send, failures, warn, tracksDeletes: () => isTracking }
  const track = () => {
    isTracking = true
  }
  return { asked, deps, failures, warnings, track }
}

export async function all(request: HttpRequest, defaults: object, { deps }: ReturnType<typeof api>) {
  const pages: unknown[] = []
  for await (const page of paginate(request, { ...defaults }, deps)) pages.push(page)
  return pages
}

export const cursor = {
  type: 'cursor',
  cursor_name_in_request: 'after',
  cursor_path_in_response: 'next',
  response_path: 'items',
}
export const link = { type: 'link', link_rel_in_response_header: 'next', response_path: 'items' }
export const offset = { type: 'offset', offset_name_in_request: 'start', response_path: 'items' }
export const html = { data: '<!doctype html><p>Sign in</p>', headers: { 'content-type': 'text/html' } }
export const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)
