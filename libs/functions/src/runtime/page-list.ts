import type { HttpResponse, Pagination } from '@syncline/function-types'
import { get } from 'es-toolkit/compat'
import { flagOf, saysNothingThere } from './what-follows.ts'

const SHOWN_CHARS = 200
const SHOWN_FIELDS = 20

type PageSettings = Pick<
  Partial<Pagination>,
  | 'type'
  | 'response_path'
  | 'optional_response_path'
  | 'link_path_in_response_body'
  | 'cursor_path_in_response'
>

/**
 * A page's items. `whole` is a page that is not a list, from which the function takes the list itself; `fault` is an answer
 * that is not a page, in words that follow the name of its request.
 */
export type PageList =
  | { kind: 'list'; items: unknown[] }
  | { kind: 'whole'; page: object }
  | { kind: 'fault'; text: string }

/** An answer without a list never counts as an empty page, unless it is one that says so itself. */
export function pageList(response: HttpResponse, how: PageSettings): PageList {
  const { data } = response
  const path = how.response_path || undefined
  const found: unknown = path === undefined ? data : get(data, path)
  if (Array.isArray(found)) return { kind: 'list', items: found }
  if (isEmptyPage(response, found, how)) return { kind: 'list', items: [] }
  if (isWholePage(data, how)) return { kind: 'whole', page: data }
  const type = response.headers['content-type'] ?? 'no content type'
  const where = path === undefined ? '' : ` at '${path}'`
  return {
    kind: 'fault',
    text: `the answer (status ${response.status}, ${type}) has no list${where}: ${instead(data, found, path)}`,
  }
}

function isEmptyPage(response: HttpResponse, found: unknown, how: PageSettings): boolean {
  // "No Content", which some APIs answer where a list is empty.
  if (response.status === 204) return true
  const { data } = response
  if (data === '') return how.optional_response_path === true
  if (!how.response_path || (found !== undefined && found !== null)) return false
  if (Array.isArray(data)) return data.length === 0 && how.optional_response_path === true
  if (!isObject(data) || hasErrors(data)) return false
  if (how.optional_response_path === true) return true
  if (saysNothingThere(response, how.response_path)) return true
  // The list is where it should be, and null is how some APIs write an empty one.
  if (found === null && flagOf(response, how.response_path) === 'end') return true
  return found === undefined && leavesOutEmptyLists(data, how)
}

/**
 * Google's APIs leave empty lists out of their JSON: `{}` is a page without items. They are known by the name of the cursor
 * that their API guidelines (AIP-158) prescribe.
 */
function leavesOutEmptyLists(data: object, { cursor_path_in_response: cursor = '' }: PageSettings): boolean {
  return /(^|\.)nextPageToken$/.test(cursor) && !hasList(data, 1)
}

/** A page of a linked list whose path nobody has given: the function gets the body and takes the list from it. */
function isWholePage(data: unknown, how: PageSettings): data is object {
  return how.type === 'link' && !how.response_path && isObject(data) && !hasErrors(data) && hasList(data, 2)
}

/**
 * An answer with status 200 that says no more than a code of an error: `{"code":40105,"message":"…"}`. Only its fields tell
 * it from a page whose list has another name.
 */
export function isErrorCode({ data }: HttpResponse): boolean {
  if (!isObject(data)) return false
  const { code, message, ...others } = data
  const isPlain = Object.values(others).every((value) => typeof value !== 'object')
  return isPlain && typeof code === 'number' && code !== 0 && typeof message === 'string'
}

function hasErrors(data: Record<string, unknown>): boolean {
  return ['error', 'errors'].some((name) => {
    const value = data[name]
    return typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : Boolean(value)
  })
}

function hasList(data: object, levels: number): boolean {
  return Object.values(data).some(
    (value) => Array.isArray(value) || (levels > 1 && isObject(value) && hasList(value, levels - 1)),
  )
}

/** What came instead: the beginning of a text, and of an object only the kinds of its fields, which may be personal data. */
function instead(data: unknown, found: unknown, path: string | undefined): string {
  if (data === '' || data === undefined) return 'it is empty'
  if (typeof data === 'string') {
    const more = data.length > SHOWN_CHARS ? '…' : ''
    return `it is the text ${JSON.stringify(data.slice(0, SHOWN_CHARS).toWellFormed())}${more}`
  }
  const there = path === undefined || found === undefined ? '' : `there is ${kindOf(found)}, and `
  if (!isObject(data)) return `${there}it is ${kindOf(data)}`
  const fields = Object.entries(data).map(([name, value]) => `${name.slice(0, 40)} (${kindOf(value)})`)
  if (fields.length === 0) return `${there}it is an empty object`
  const more = fields.length > SHOWN_FIELDS ? ` and ${fields.length - SHOWN_FIELDS} more` : ''
  return `${there}it is an object with ${fields.slice(0, SHOWN_FIELDS).join(', ')}${more}`
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return `a list of ${value.length}`
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
