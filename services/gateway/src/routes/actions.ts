import { randomUUID } from 'node:crypto'
import { actionError, actionInput } from '@syncline/actions'
import type { ActionAccepted } from '@syncline/api'
import { AppError } from '@syncline/errors'
import type { ActionCall, ActionResult } from '@syncline/proto'
import type { Dependencies } from '../dependencies.ts'
import { Answer } from '../http/answer.ts'
import type { Handler } from '../http/handler.ts'

export const triggerAction: Handler<'triggerAction'> = async (
  dependencies,
  { environment, headers, body, commandId: id = randomUUID(), isResumed },
) => {
  const { catalog, actions } = dependencies
  const integration = headers['provider-config-key']
  await catalog.integrations.get(environment, integration)
  const connection = await catalog.connections.get(environment, integration, headers['connection-id'])
  const { event } = await catalog.actions.get(environment, integration, body.action_name)
  if (event !== undefined) {
    const message = `'${body.action_name}' is no action that somebody calls: it runs at ${event}`
    throw new AppError('unknown_action', message)
  }
  const input = body.input === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body.input))
  const call: ActionCall = {
    id,
    environment,
    providerConfigKey: integration,
    connectionId: connection.id,
    connectionUid: connection.uid,
    action: body.action_name,
    timeoutMs: actions.timeoutMs,
    maxRetries: headers['x-max-retries'] ?? 0,
    triedConnection: Buffer.alloc(0),
    depth: 0,
    ...(await actionInput(actions.store, id, input)),
  }
  if (headers['x-async']) return begin(dependencies, call, isResumed)
  if (isResumed) {
    const message =
      'an earlier request with this Idempotency-Key may have begun the action, and has not ended'
    throw new AppError('in_doubt', `${message}: it may have taken effect`)
  }
  return outputOf(await actions.calls.call(call))
}

export const getActionResult: Handler<'getActionResult'> = async ({ actions }, { environment, params }) => {
  const record = await actions.store.record(params.id)
  if (record?.environment !== environment || !record.result) {
    throw new AppError('not_found', `the action '${params.id}' has not ended, or there is none`)
  }
  return outputOf(record.result)
}

/**
 * Durable when it returns. If we die before, the client gets no id, and the action may run; the next try with the same
 * Idempotency-Key has the same id, and of two messages with one id a runner begins one.
 */
async function begin(
  { actions }: Dependencies,
  call: ActionCall,
  isResumed: boolean,
): Promise<Answer<202, ActionAccepted>> {
  const isKnown = isResumed && ((await actions.store.claim(call.id)) || (await actions.store.record(call.id)))
  if (!isKnown) await actions.enqueue(call)
  const accepted: ActionAccepted = { id: call.id, statusUrl: `/action/${call.id}` }
  return new Answer(202, accepted, { location: accepted.statusUrl })
}

function outputOf(result: ActionResult): Answer<200, unknown> {
  if (result.code !== '') throw actionError(result)
  return new Answer(200, JSON.parse(Buffer.from(result.output).toString()))
}
