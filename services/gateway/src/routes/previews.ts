import { randomUUID } from 'node:crypto'
import { actionInput, type PreviewInput } from '@syncline/actions'
import { AppError } from '@syncline/errors'
import { PreviewResult } from '@syncline/preview'
import type { Dependencies } from '../dependencies.ts'
import { Answer } from '../http/answer.ts'
import type { Handler } from '../http/handler.ts'
import { Page } from '../http/send-page.ts'
import { PREVIEW_MS } from '../preview-calls.ts'

export const createPreview: Handler<'createPreview'> = async (
  { catalog, previews, actions },
  { environment, body, commandId: id = randomUUID(), isResumed },
) => {
  const { provider_config_key: integration, sync, connection_id, ...given } = body
  await catalog.integrations.get(environment, integration)
  const connection = await catalog.connections.get(environment, integration, connection_id)
  if (isResumed && (await previews.find(environment, id))) return new Answer(202, { id })
  const { track_deletes: trackDeletes, limit, validate, ...facts } = given
  const input: PreviewInput = {
    ...facts,
    trackDeletes,
    ...(limit !== undefined && { limit }),
    ...(validate !== undefined && { validate }),
  }
  await previews.begin({
    id,
    environment,
    providerConfigKey: integration,
    connectionId: connection.id,
    connectionUid: connection.uid,
    action: sync,
    timeoutMs: PREVIEW_MS,
    maxRetries: 0,
    triedConnection: Buffer.alloc(0),
    depth: 0,
    ...(await actionInput(actions.store, id, Buffer.from(JSON.stringify(input)))),
  })
  return new Answer(202, { id })
}

export const getPreview: Handler<'getPreview'> = async ({ previews }, { environment, params: { id } }) => {
  const { result } = await found(previews, environment, id)
  if (!result) return { id, state: 'running', progress: previews.progress(id), result: null, error: null }
  const ended = { id, state: 'ended' as const, progress: null }
  const { code, message, output } = result
  if (code !== '') return { ...ended, result: null, error: { code, message } }
  return { ...ended, result: PreviewResult.parse(JSON.parse(Buffer.from(output).toString())), error: null }
}

export const getPreviewRecording: Handler<'getPreviewRecording'> = async (
  { previews, actions },
  { environment, params: { id } },
) => {
  const { result } = await found(previews, environment, id)
  const records = result && (await actions.store.recording(id))
  if (!records) throw new AppError('not_found', `the preview '${id}' has not ended, or did not record`)
  return new Page(async function* () {
    yield { records, nextCursor: '' }
  })
}

export const cancelPreview: Handler<'cancelPreview'> = async (
  { previews },
  { environment, params: { id } },
) => {
  await found(previews, environment, id)
  previews.cancel(id)
  return { success: true }
}

async function found(previews: Dependencies['previews'], environment: string, id: string) {
  const preview = await previews.find(environment, id)
  if (!preview) throw new AppError('not_found', `there is no preview '${id}', or it is older than a day`)
  return preview
}
