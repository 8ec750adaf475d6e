import { SynclineError } from '@syncline/sdk'

const advice: Record<string, string> = {
  unknown_api_key:
    'check SYNCLINE_KEY (for env and key: SYNCLINE_ADMIN_KEY), or make a key: syncline key create --env <name>',
  no_answer: 'check SYNCLINE_URL',
  unavailable: 'see what is wrong: syncline doctor',
  unknown_integration:
    'see `syncline integration list`; make it with `syncline integration create`, after `syncline provider deploy` if it has a provider file of yours',
  unknown_action: 'see `syncline action list`',
  in_doubt: 'look whether it has taken effect before you call it again',
  unknown_connection: 'see `syncline connection list`',
  unknown_sync: 'see `syncline sync list`',
  unknown_run: 'see `syncline runs`',
}

/** What to do about an error of the API, if there is more to say than its message. */
export function withAdvice(code: string, message: string): string {
  const text = advice[code]
  return text === undefined ? message : `${message} (${text})`
}

/** An error in one line that says what to do. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (isAbsentFile(error)) return `there is no file or folder '${error.path}'`
  if (!(error instanceof SynclineError)) return error.message
  const { message, code, requestId } = error
  const notes = [advice[code], requestId && `request ${requestId}`].filter((note) => note)
  return notes.length === 0 ? message : `${message} (${notes.join('; ')})`
}

const isAbsentFile = (error: Error): error is NodeJS.ErrnoException & { path: string } =>
  'code' in error && error.code === 'ENOENT' && 'path' in error
