import type { PreviewResult } from '@syncline/preview'
import type { Outcome } from '@syncline/sandbox'

/** Why a preview was stopped before its function returned. */
export class PreviewStopped extends Error {
  readonly outcome: 'limited' | 'cancelled' | 'failed'

  constructor(outcome: PreviewStopped['outcome'], message: string) {
    super(message)
    this.outcome = outcome
  }
}

interface Facts extends Pick<PreviewResult, 'models' | 'requests' | 'logs' | 'warnings'> {
  durationMs: number
  /** JSON texts; empty = none. */
  checkpoint: { before: string; after: string }
  /** `after` is undefined if the function does not change it. */
  metadata: { before: Record<string, unknown> | null; after: Record<string, unknown> | undefined }
  notDone: string[]
}

/** A place in the author's own files, behind `(` or a space. Those of packages are no help. */
const FRAME = /[( ]((?:(?!node_modules)[^\s():])+\.[cm]?[jt]sx?:\d+:\d+)\)?$/

export function resultOfPreview(end: Outcome | PreviewStopped, facts: Facts): PreviewResult {
  const { durationMs, checkpoint, metadata, notDone, ...more } = facts
  return {
    ...endOf(end),
    duration_ms: Math.round(durationMs),
    ...more,
    checkpoint: { before: parsed(checkpoint.before), after: parsed(checkpoint.after) },
    metadata: metadata.after === undefined ? null : { before: metadata.before, after: metadata.after },
    not_done: notDone,
  }
}

function endOf(end: Outcome | PreviewStopped): Pick<PreviewResult, 'outcome' | 'error'> {
  if (end instanceof PreviewStopped) {
    return { outcome: end.outcome, error: { message: end.message, source: null, stack: null } }
  }
  if (end.kind === 'success') return { outcome: 'success', error: null }
  if (end.kind !== 'failed') {
    return { outcome: 'failed', error: { message: end.message, source: null, stack: end.stderr ?? null } }
  }
  const { message, stack } = end.error
  return { outcome: 'failed', error: { message, source: sourceOf(stack), stack: stack ?? null } }
}

/** The first place in the author's files that a stack names. */
export function sourceOf(stack: string | undefined): string | null {
  for (const line of stack?.split('\n').slice(1) ?? []) {
    const place = FRAME.exec(line)?.[1]
    if (place !== undefined) return place
  }
  return null
}

const parsed = (json: string): Record<string, unknown> | null => (json === '' ? null : JSON.parse(json))
