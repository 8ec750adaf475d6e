import type { Unchecked } from './unchecked.ts'

/** Requests to the connection's API and, without its credentials, to others. */
export interface HttpMethods {
  get<T = Unchecked>(request: HttpRequest): Promise<HttpResponse<T>>
  post<T = Unchecked>(request: HttpRequest): Promise<HttpResponse<T>>
  put<T = Unchecked>(request: HttpRequest): Promise<HttpResponse<T>>
  patch<T = Unchecked>(request: HttpRequest): Promise<HttpResponse<T>>
  delete<T = Unchecked>(request: HttpRequest): Promise<HttpResponse<T>>
  proxy<T = Unchecked>(request: HttpRequest): Promise<HttpResponse<T>>
  /**
   * Page after page of items, up to where the API says that the list ends. An answer without a list, a page that failed, a
   * cursor that comes again: all of it is an error. If the function catches one, `trackDeletesEnd` deletes nothing.
   */
  paginate<T = Unchecked>(request: HttpRequest): AsyncGenerator<T[], undefined, void>
  /** A request without the connection's credentials. It rejects if there is no answer; look at the status yourself. */
  uncontrolledFetch(request: {
    url: URL
    method?: Method
    headers?: Record<string, string>
    body?: string | null
  }): Promise<Response>
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
type OneOrMore = string | string[]

/** A request to the connection's API. The connection's credentials and the integration's headers are added. */
export interface HttpRequest {
  /** Below the integration's base URL, such as `/v1/users`. A full URL is taken as it is. */
  endpoint: string
  params?: Record<string, unknown> | string
  headers?: Record<string, unknown>
  data?: unknown
  /** How many more times to try after 429, 5xx and network faults. Default 0. */
  retries?: number
  /**
   * The request may be repeated though its method is POST or PATCH, such as a search: without it those two are tried
   * again only if the API has certainly not processed them. Default false; `paginate` sets it for its own requests.
   */
  idempotent?: boolean
  /** Further statuses worth a retry. */
  retryOn?: number[] | null
  /** Response headers that say when to try again: `after` in seconds, `at` as a Unix time in seconds. */
  retryHeader?: { after?: OneOrMore; at?: OneOrMore }
  baseUrlOverride?: string
  /**
   * Default: JSON, or the text if it is not JSON. Integers beyond 2^53 become texts of their digits. An answer that says it is
   * JSON and is not is an error; `text` gives it as it is.
   */
  responseType?: 'arraybuffer' | 'blob' | 'document' | 'json' | 'text' | 'stream'
  /** Keep credentials when a redirect leads to another host. */
  forwardHeadersOnRedirect?: boolean
  /** A run may use its own connection only: if given, it must be that one. */
  providerConfigKey?: string
  connectionId?: string
  method?: Method | Lowercase<Method>
  paginate?: Partial<Pagination>
}

/** The name of a request in functions that were written for Nango. */
export type ProxyConfiguration = HttpRequest

export interface HttpResponse<T = unknown> {
  data: T
  status: number
  statusText: string
  /** Names in lower case. */
  headers: Record<string, string>
}

/** How an API hands out pages. What the integration sets as its default need not be repeated. */
export interface Pagination {
  type: 'cursor' | 'link' | 'offset' | (string & {})
  /** Where in the body the page's items are: `data.items`. Default: the body itself. A page without a list is an error. */
  response_path?: string
  /** The API leaves the list out of a page, or sends null, where there are no items. Default false. */
  optional_response_path?: boolean
  /** How many items to ask for. Type offset: an API that gives fewer is nevertheless read to the end of its list. */
  limit?: number | string
  limit_name_in_request?: string
  /** Send limit, cursor and offset in the body. Default: for POST, PUT and PATCH. */
  in_body?: boolean
  cursor_name_in_request?: string
  cursor_path_in_response?: string
  /** Relation of the link to the next page: `next`. A link is relative to the URL of the page that it is in. */
  link_rel_in_response_header?: string
  link_path_in_response_body?: string
  offset_name_in_request?: string
  offset_start_value?: number
  offset_calculation_method?: 'per-page' | 'by-response-size'
  /**
   * Called when the function has worked on a page. With `nextPageParam`, kept in a checkpoint, a later run can go on. It is where the
   * next page is; with `type: 'offset'` it is the offset of the page that was read, and nothing is called after the last page.
   */
  on_page?: (page: {
    nextPageParam?: string | number | undefined
    response: HttpResponse
  }) => Promise<void> | void
}
