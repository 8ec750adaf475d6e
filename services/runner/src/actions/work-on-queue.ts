import { consumeQueues, type Delivery, subjects } from '@syncline/bus'
import { AppError } from '@syncline/errors'
import type { ActionCall, ActionResult } from '@syncline/proto'
import { inDoubt, resultOfError } from './action-result.ts'
import type { AnswerDeps } from './answer-calls.ts'
import { runAction } from './run-action.ts'

const ACK_WAIT_MS = 15_000
/** Messages that this process holds, those that wait for a slot included. */
const CONCURRENCY = 16
/** Of one environment, over all runners. */
const PER_ENVIRONMENT = 8
/** What is the caller's fault fails again. */
const REPEATED = new Set([
  'action_failed',
  'script_http_error',
  'action_timed_out',
  'in_doubt',
  'unavailable',
])

/**
 * Works on asynchronous actions until `stopping` aborts. That a function begins is stored before it does, and its result before the
 * message is acknowledged. A message that comes again was not ended by the runner that had it: it is begun again only as often as
 * `maxRetries` allows, and its result is in doubt otherwise.
 */
export async function workOnQueue(deps: AnswerDeps, stopping: AbortSignal): Promise<void> {
  const { bus, slots, store, events } = deps
  const consumption = {
    subject: subjects.action,
    durable: 'actions',
    ackWaitMs: ACK_WAIT_MS,
    concurrency: CONCURRENCY,
    perQueue: PER_ENVIRONMENT,
    onError: events.actionPostponed,
  }
  const work = async ({ message: call }: Delivery<ActionCall>) => {
    using _slot = await slots.take(stopping)
    const { environment, id } = call
    if ((await store.record(id)) !== undefined) return
    const attempts = (await store.attempts(id)) + 1
    if (attempts > call.maxRetries + 1) {
      await store.putRecord(id, {
        environment,
        attempts: attempts - 1,
        result: inDoubt('its runner has ended'),
      })
      return
    }
    const result = await attempted(deps, call, attempts)
    if (attempts <= call.maxRetries && REPEATED.has(result.code)) {
      throw new AppError(
        'unavailable',
        `action '${id}' is repeated after attempt ${attempts}: ${result.code}`,
      )
    }
    await store.putRecord(id, { environment, attempts, result })
  }
  await consumeQueues(bus, consumption, work, stopping)
}

async function attempted(deps: AnswerDeps, call: ActionCall, attempt: number): Promise<ActionResult> {
  const { store, closing: signal } = deps
  const input = call.inputStored ? await store.input(call.id) : call.input
  if (input === undefined) return resultOfError(new Error('its input is not in the store'))
  await store.putAttempts(call.id, attempt)
  return runAction(deps, call, { input, attempt, signal })
}
