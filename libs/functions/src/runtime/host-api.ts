/** What a running function asks of its runner. Names and params cross the channel as JSON. */
export interface HostApi {
  http(params: HttpCall): Promise<HttpAnswer>
  /** Without the connection's credentials. */
  fetch(params: FetchCall): Promise<HttpAnswer>
  save(params: { model: string; mode: 'replace' | 'merge'; first: number; records: unknown[] }): Promise<null>
  delete(params: { model: string; first: number; records: unknown[] }): Promise<null>
  /** `json`: an array of records. */
  listRecords(params: {
    model: string
    cursor: string
    limit: number
    ids: string[]
  }): Promise<{ json: string; nextCursor: string }>
  trackDeletes(params: {
    model: string
    step: 'start' | 'end' | 'previous'
    allowMassDelete: boolean
  }): Promise<null>
  getCheckpoint(params: null): Promise<{ json: string }>
  /** Empty clears it. */
  saveCheckpoint(params: { json: string }): Promise<null>
  getConnection(params: null): Promise<Record<string, unknown>>
  setMetadata(params: { metadata: Record<string, unknown>; merge: boolean }): Promise<null>
  getIntegration(params: null): Promise<Record<string, unknown>>
  getEnvironmentVariables(params: null): Promise<{ name: string; value: string }[]>
}

export interface HttpCall {
  method: string
  /** Path and query below the base URL, or a full URL. */
  endpoint: string
  baseUrl?: string | undefined
  /** Names in lower case. */
  headers: Record<string, string>
  body?: WireBody | undefined
  retries: number
  retryOn: number[]
  retryAfter: string[]
  retryAt: string[]
  /** The answer's body in base64. */
  binary: boolean
  keepAuthOnRedirect: boolean
}

export interface FetchCall {
  method: string
  url: string
  headers: Record<string, string>
  body?: WireBody | undefined
}

/** Text, or bytes in base64. */
export type WireBody = { text: string } | { base64: string }

export interface HttpAnswer {
  status: number
  statusText: string
  headers: Record<string, string>
  body: WireBody
}
