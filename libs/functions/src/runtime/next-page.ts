import type { HttpRequest, HttpResponse } from '@syncline/function-types'
import { flagOf } from './what-follows.ts'

export interface Page {
  request: HttpRequest
  response: HttpResponse
  /** Where it came from; undefined if that is not known. */
  url: string | undefined
  items: unknown[]
}

/**
 * What comes after a page. `param` is what `on_page` hears of it: see `Pagination`. `guess` marks a page of which nothing says that it exists. `fault`: the API neither ends the list
 * nor leads on, so nobody knows what is missing.
 */
export type Next =
  | { kind: 'page'; request: HttpRequest; param: string | number; guess?: true }
  | { kind: 'end' }
  | { kind: 'fault'; text: string }

/** How an API hands out the pages of a list: which request asks for the first, and which for the one after a page. */
export interface PageOrder {
  first: HttpRequest
  next: (page: Page) => Next
}

/** A page that does not say where the next one is: the last one, unless it says that more follow. */
export function withoutNext(response: HttpResponse, listPath: string | undefined, what: string): Next {
  if (flagOf(response, listPath) !== 'more') return { kind: 'end' }
  return { kind: 'fault', text: `the answer says that more pages follow, but has no ${what}` }
}

/** A page that leads to where the list has been: it never ends, unless the page says that it is the last one. */
export function leadsBack(response: HttpResponse, listPath: string | undefined, what: string): Next {
  if (flagOf(response, listPath) === 'end') return { kind: 'end' }
  return { kind: 'fault', text: `${what}, so the list would never end` }
}

/** An empty page that leads to itself, or that says that it is the last one, is the end of a list. */
export function standsStill(
  { response, items }: Page,
  listPath: string | undefined,
  leadsToItself: boolean,
): boolean {
  return items.length === 0 && (leadsToItself || flagOf(response, listPath) === 'end')
}

export function missing(setting: string, because: string): Error {
  return new Error(`paginate: ${because} needs ${setting}`)
}

/** Nothing, in one of the ways in which APIs write it. */
export function isAbsent(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() === ''
  return value === undefined || value === null || value === false || isEmptyObject(value)
}

const isEmptyObject = (value: unknown) =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0
