import type { HttpResponse } from '@syncline/function-types'
import { toPath } from 'es-toolkit/compat'
import { relsIn } from './link-header.ts'

/** What an answer says, beside its list, about the pages after it. */
type Follows = 'more' | 'end' | 'unknown'

/** How far a list has been read, this page included. Undefined if its reading began elsewhere than at its start. */
export interface Position {
  items: number | undefined
  pages: number | undefined
}

/**
 * Whether an answer says that more follows. Flags and links to a next page come first, as they say it outright; then totals,
 * which are compared with what has been read. A field counts by its name, in any spelling, if it is next to the list or in
 * an object beside it that describes the page (`meta`, `pagination`, …), or if it is a header.
 */
export function whatFollows(response: HttpResponse, listPath: string | undefined, read: Position): Follows {
  const facts = factsOf(response, listPath)
  const outright = [...facts.map(flag), ...facts.map(nextPage), linkHeader(response.headers.link)]
  if (outright.includes('more')) return 'more'
  if (outright.includes('end')) return 'end'
  const totals = facts.map((fact) => total(fact, read))
  if (totals.includes('more')) return 'more'
  return totals.includes('end') ? 'end' : 'unknown'
}

/** Whether a flag, which does nothing else, says so: what is named as the next page may be there nevertheless. */
export function flagOf(response: HttpResponse, listPath: string | undefined): Follows {
  const flags = factsOf(response, listPath).map(flag)
  if (flags.includes('more')) return 'more'
  return flags.includes('end') ? 'end' : 'unknown'
}

/** Whether the answer says that the list, or the page, has no items. */
export function saysNothingThere(response: HttpResponse, listPath: string | undefined): boolean {
  return factsOf(response, listPath).some(
    ([name, value]) => (TOTALS.has(name) || COUNTS.has(name)) && numeric(value) === 0,
  )
}

type Fact = readonly [name: string, value: unknown]

const words = (text: string): Set<string> => new Set(text.split(/\s+/))

const MORE =
  words(`more hasmore hasnext hasnextpage hasmorepage hasmorepages hasmoreitems hasmoreresults hasmorerecords
  moreitems morepages morerecords moreresults moreavailable moreitemsincollection istruncated`)
const LAST = words(
  'last islast lastpage islastpage endofstream endoflist endofresults isend done isdone nomore nomoreitems nomoreresults',
)
const NEXT =
  words(`next nextpage nextpagenumber nexturl nexturi nextlink nexthref nextpageurl nextpageuri nextpagelink nextpagetoken
  nexttoken nextcursor nextpagecursor nextoffset nextstart nextrecordsurl odatanextlink`)
const TOTALS =
  words(`total totalcount totalitems totalitemcount totalresults totalresultcount totalrecords totalrecordcount totalsize
  totalsetsize totalelements totalentries totalhits totalrows totaldocs totalfound totalnumber totalobjects totalavailable
  totalmatches nbhits fullresultsize fullcount recordstotal numfound odatacount`)
const COUNTS = words('count itemcount resultcount resultscount recordcount numberofitems numresults')
const PAGES = words(
  'totalpages totalpagecount pagetotal pagecount pages nbpages numpages numberofpages lastpage',
)
/** Objects beside a list that describe the page. */
const ABOUT =
  words(`meta metadata pagination paging page pageinfo pagecontext pagedetails pager paginator info cursor cursors links
  additionaldata resultinfo searchmetadata responsemetadata summary pg`)
/** Links of a page. One of them without a next one says that there is none. */
const PAGE_LINKS = ['first', 'last', 'prev', 'previous']

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z]/g, '')

function factsOf({ data, headers }: HttpResponse, listPath: string | undefined): Fact[] {
  const fields = holders(data, listPath).flatMap((holder) => describing(holder, 2))
  const fromHeaders = Object.entries(headers)
    .filter(([name]) => name !== 'link')
    .map(([name, value]) => [plain(name.replace(/^x-/, '').replace(/^pagination-/, '')), value] as const)
    .filter(([name]) => [TOTALS, PAGES, MORE, NEXT].some((names) => names.has(name)))
  return [...fields, ...fromHeaders]
}

/** The objects that the list is in, from the body to the nearest. */
function holders(data: unknown, listPath: string | undefined): object[] {
  if (!isObject(data)) return []
  if (listPath === undefined || listPath === '' || Object.hasOwn(data, listPath)) return [data]
  const found: object[] = [data]
  let at: unknown = data
  for (const key of toPath(listPath).slice(0, -1)) {
    at = isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined
    if (isObject(at)) found.push(at)
  }
  return found
}

function describing(holder: object, levels: number): Fact[] {
  return Object.entries(holder).flatMap(([key, value]): Fact[] => {
    const name = plain(key)
    if (name === 'links' && Array.isArray(value)) return [['links', value.map(relOf)]]
    if (name === 'links' && isObject(value)) {
      return [...describing(value, 0), ['links', Object.keys(value).filter((rel) => value[rel])]]
    }
    const inner = levels > 0 && ABOUT.has(name) && isObject(value) ? describing(value, levels - 1) : []
    return [[name, value], ...inner]
  })
}

const relOf = (link: unknown): unknown => (isObject(link) ? link.rel : undefined)

function flag([name, value]: Fact): Follows {
  const isSet = value === true || value === 'true'
  if (!isSet && value !== false && value !== 'false') return 'unknown'
  if (MORE.has(name)) return isSet ? 'more' : 'end'
  if (LAST.has(name)) return isSet ? 'end' : 'more'
  return 'unknown'
}

function nextPage([name, value]: Fact): Follows {
  if (name === 'links' && Array.isArray(value)) return relsSay(value)
  if (!NEXT.has(name) || value === undefined) return 'unknown'
  const isEmpty = value === null || value === false || value === '' || value === 0
  return isEmpty || (typeof value === 'object' && Object.keys(value).length === 0) ? 'end' : 'more'
}

const linkHeader = (header: string | undefined): Follows => relsSay(relsIn(header))

function relsSay(rels: unknown[]): Follows {
  if (rels.includes('next')) return 'more'
  return PAGE_LINKS.some((rel) => rels.includes(rel)) ? 'end' : 'unknown'
}

function total([name, value]: Fact, { items, pages }: Position): Follows {
  const number = numeric(value)
  if (number === undefined) return 'unknown'
  if (TOTALS.has(name) && items !== undefined) return compared(number, items)
  if (PAGES.has(name) && pages !== undefined) return compared(number, pages)
  // A count may be of the page or of the list. Only of the list it can be higher than what has been read.
  return COUNTS.has(name) && items !== undefined && number > items ? 'more' : 'unknown'
}

/** A total that is lower than what has been read is the total of something else. */
function compared(whole: number, read: number): Follows {
  if (whole === read) return 'end'
  return whole > read ? 'more' : 'unknown'
}

function numeric(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number : undefined
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
