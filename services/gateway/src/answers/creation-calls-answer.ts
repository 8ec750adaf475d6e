import type { ActionStore } from '@syncline/actions'
import type { OnEventOutcome } from '@syncline/api'
import { withTimeout } from '@syncline/async'
import type { Connection } from '@syncline/catalog'

/** How long results are kept. */
const DAY_MS = 24 * 3_600_000

/** The connection itself is in memory: its readers do not wait for NATS. */
const READ_MS = 500

/** How the functions stand that run because the connection was created. */
export function creationCallsAnswer(
  store: Pick<ActionStore, 'record'>,
  { creationCalls, createdAt }: Connection,
): Promise<OnEventOutcome[]> {
  const isKept = Date.now() - Date.parse(createdAt) < DAY_MS
  const calls = isKept ? (creationCalls?.calls ?? []) : []
  return Promise.all(
    calls.map(async ({ name, id }): Promise<OnEventOutcome> => {
      const outcome = { name, log_id: id }
      const read = withTimeout(store.record(id), READ_MS, 'the store of actions')
      const found = await read.then(
        (record) => ({ result: record?.result }),
        () => undefined,
      )
      if (!found) return { ...outcome, state: 'unknown', error: null }
      const { result } = found
      if (!result) return { ...outcome, state: 'waiting', error: null }
      if (result.code === '') return { ...outcome, state: 'done', error: null }
      return { ...outcome, state: 'failed', error: result.message }
    }),
  )
}
