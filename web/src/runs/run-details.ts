import type { Calls } from './calls.ts'
import type { Phases } from './phases.ts'

/** What is known of an attempt: its runner tells it when the attempt ends. */
export interface Attempt {
  attempt: number
  runner: string
  sandbox: string | null
  started_at: string
  ended_at: string | null
  outcome: string | null
  error: string | null
  version: string | null
  phases: Phases
  calls: Calls[]
  batches: { model: string; calls: number; records: number; bytes: number; ms: number }[]
  checkpoint: { before: object | null; after: object | null } | null
  position: Position | null
}

/** Where the function threw. */
export interface Position {
  file: string
  line: number
  column: number
  source: { line: number; text: string }[]
}
