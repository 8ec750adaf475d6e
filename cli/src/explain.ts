import { SynclineError } from '@syncline/sdk'

const advice: Record<string, string> = {
  unknown_api_key: 'check SYNCLINE_KEY, or make a key: syncline key create --env <name>',
  no_answer: 'check SYNCLINE_URL',
  unknown_integration:
    'see `syncline integration list`; make it with `syncline integration create`, after `syncline provider deploy` if it has a provider file of yours',
  unknown_connection: 'see `syncline connection list`',
}

/** An error in one line that says what to do. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const hint = error instanceof SynclineError ? advice[error.code] : undefined
  return hint === undefined ? error.message : `${error.message} (${hint})`
}
