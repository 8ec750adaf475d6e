import type { ListedRun, RunChange } from '@syncline/api'
import { AppError } from '@syncline/errors'
import type { RecordChange } from '@syncline/proto'
import { instant } from '../answers/instant.ts'
import type { Handler } from '../http/handler.ts'
import { page } from '../http/next-link.ts'
import { findRun } from '../run-list/find-run.ts'

/** The clocks of records and of the scheduler may differ by less than that. */
const CLOCKS_MS = 60_000

/** Records that a run has changed: model by model, as far as a page goes. */
export const listRunChanges: Handler<'listRunChanges'> = async (
  dependencies,
  { environment, params, query },
) => {
  const { catalog, records } = dependencies
  const run = await findRun(dependencies, environment, params.id)
  const { provider_config_key: integration, connection_id: connection } = run
  const { uid } = await catalog.connections.get(environment, integration, connection)
  const deployed = catalog.syncs.peek(environment, integration, run.sync_name)?.models ?? []
  const models = modelsOf(run, deployed, query.model)
  const start = query.cursor === undefined ? undefined : readCursor(query.cursor)
  const changes: RunChange[] = []
  for (const model of models) {
    if (start && model < start.model) continue
    const stream = { environment, connection: uid, model, variant: run.variant }
    const answer = await records.listRunChanges({
      ...{ stream, runId: run.id, ...timeOf(run) },
      cursor: start?.model === model ? start.cursor : '',
      limit: query.limit - changes.length,
    })
    changes.push(...answer.changes.map((change) => changeOf(model, change)))
    const following = models.find((other) => other > model)
    const isFull = changes.length === query.limit && following !== undefined
    if (answer.nextCursor === '' && !isFull) continue
    const next = answer.nextCursor === '' ? `${following}.` : `${model}.${answer.nextCursor}`
    return page(`/runs/${params.id}/changes`, query, { changes, next_cursor: next })
  }
  return page(`/runs/${params.id}/changes`, query, { changes, next_cursor: null })
}

/** Those of its sync, also if that saves others by now. */
function modelsOf(
  { result, sync_name, id }: ListedRun,
  deployed: string[],
  wanted: string | undefined,
): string[] {
  const models = [...new Set([...deployed, ...Object.keys(result)])].sort()
  if (wanted === undefined) return models
  if (models.includes(wanted)) return [wanted]
  throw new AppError('unknown_model', `the sync '${sync_name}' of run '${id}' has no model '${wanted}'`)
}

/** It may have saved while it was under way: that bounds what is read. */
const timeOf = ({ requestedAt, finishedAt }: ListedRun) => ({
  fromMs: Date.parse(requestedAt) - CLOCKS_MS,
  toMs: (finishedAt === null ? Date.now() : Date.parse(finishedAt)) + CLOCKS_MS,
})

/** A model, and a cursor of its stream, which may be empty. No name of a model has a dot. */
function readCursor(cursor: string): { model: string; cursor: string } {
  const dot = cursor.indexOf('.')
  if (dot > 0) return { model: cursor.slice(0, dot), cursor: cursor.slice(dot + 1) }
  throw new AppError(
    'invalid_cursor',
    `'${cursor.slice(0, 200)}' is not a cursor that this API has given out`,
  )
}

const changeOf = (model: string, { id, action, atMs, bytes }: RecordChange): RunChange => ({
  ...{ model, id, bytes },
  action: actionOf[action],
  at: instant(atMs),
})

const actionOf = {
  RECORD_ACTION_ADDED: 'ADDED',
  RECORD_ACTION_UPDATED: 'UPDATED',
  RECORD_ACTION_DELETED: 'DELETED',
  // Of a later build.
  RECORD_ACTION_UNSPECIFIED: 'UPDATED',
} as const
