/** What an entry of the recorded exchanges has of one function: see README.md of the data. */
export interface Entry {
  id: string
  integration: string
  source: string
  models: string[]
  provider: {
    baseUrlTemplate: string
    /** Of the base URL. */
    host: string
    basePath: string
    headers: Record<string, string>
    /** Other hosts that functions call. */
    hosts: string[]
    paginate: object | null
  }
  connection: {
    connection_config: object
    metadata: object | null
    credentials: Record<string, string>
  }
  clock: { iso: string }
  initial: { checkpoint: Checkpoint | null; records: Record<string, Row[]> | null }
  exchanges: {
    n: number
    method: string
    /** If it is another than that of the provider. */
    host?: string | null
    path: string
    query: [name: string, value: string][]
    volatile?: { query?: string[] } | null
    response: { status: number; headers: Record<string, string>; json?: unknown }
    upstreamHits: number
  }[]
  expected: {
    saved: Record<string, Row[]>
    final: Record<string, { sameAsSaved?: boolean; records?: Row[] }>
    volatilePaths: string[]
    ops: Op[]
    checkpointAfter: Checkpoint | null
  }
  secondRun: { replayable: boolean; requests: number; ops: Op[]; finalSameAsFirst: boolean } | null
  deletion: { exchange: number; arrayPath: string[]; expectDeleted: Record<string, string[]> } | null
  /** `auth`: each request had all headers of the provider. Some functions set one themselves. */
  checks: { auth: boolean }
}

export type Row = { id: string | number }
export type Checkpoint = Record<string, unknown>
/** `save Issue 3`, and so on: a call that changes something. */
export type Op = { op: string; model?: string; n?: number; value?: Checkpoint }

/** A server of recorded answers, from `replay-server.mjs`. */
export interface Replay {
  port: number
  log: { method: string; path: string; host: string | null; ex: number | null; auth: boolean | null }[]
  misses: object[]
  state: { hits: Record<number, number> }
  close(): Promise<void>
}
