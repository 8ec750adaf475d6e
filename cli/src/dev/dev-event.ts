import type { ListedRun } from '@syncline/sdk'

/** A sync on the connection that dev runs it on. */
export interface SyncOnConnection {
  integration: string
  sync: string
  connection: string
}

/** What `syncline dev` tells: each is a line of `--json`. */
export type DevEvent =
  | { event: 'watching'; folder: string; keys: boolean }
  | { event: 'saved'; files: string[] }
  | { event: 'deployed'; functions: { integration: string; name: string; kind: 'sync' | 'action' }[] }
  | { event: 'unchanged' }
  | { event: 'refused'; function: string; message: string }
  | { event: 'not_run'; sync: string; reason: string }
  | ({ event: 'running'; run: string } & SyncOnConnection)
  | ({ event: 'ended' } & SyncOnConnection & RunReport)
  | { event: 'error'; message: string }

export interface RunReport {
  run: string
  outcome: 'success' | NonNullable<ListedRun['reason']>
  error: string | null
  warning: string | null
  duration_ms: number
  models: ModelReport[]
  logs: { level: string; message: string }[]
}

export interface ModelReport {
  model: string
  added: number
  updated: number
  deleted: number
  /** Records that the run saved as they were. */
  unchanged: number
  /** Records that the model has now. */
  records: number | null
  /** The first that the run has changed. */
  first: Record<string, unknown>[]
}
