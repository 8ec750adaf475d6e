import type { ActionStore } from '@syncline/actions'
import type { OnEventOutcome } from '@syncline/api'
import type { Connection } from '@syncline/catalog'

/** How long results are kept. */
const DAY_MS = 24 * 3_600_000

/** How the functions stand that run because the connection was created. */
export function creationCallsAnswer(
  store: Pick<ActionStore, 'record'>,
  { creationCalls, createdAt }: Connection,
): Promise<OnEventOutcome[]> {
  const isKept = Date.now() - Date.parse(createdAt) < DAY_MS
  const calls = isKept ? (creationCalls?.calls ?? []) : []
  return Promise.all(
    calls.map(async ({ name, id }): Promise<OnEventOutcome> => {
      const result = (await store.record(id))?.result
      const outcome = { name, log_id: id }
      if (!result) return { ...outcome, state: 'waiting', error: null }
      if (result.code === '') return { ...outcome, state: 'done', error: null }
      return { ...outcome, state: 'failed', error: result.message }
    }),
  )
}
