import { type ActionStore, callSubject, MESSAGE_BYTES, TELL_EVERY_MS } from '@syncline/actions'
import type { Bus } from '@syncline/bus'
import { ActionCall, ActionNews, type ActionResult } from '@syncline/proto'
import type { ActionDeps } from './action-deps.ts'
import { resultOfError } from './action-result.ts'
import type { ActionSlots } from './action-slots.ts'
import { runAction } from './run-action.ts'

export interface AnswerDeps extends ActionDeps {
  bus: Bus
  store: ActionStore
  slots: ActionSlots
  /** Aborts when actions that have not ended are killed. */
  closing: AbortSignal
}

/**
 * Takes synchronous actions from gateways. Core NATS delivers a call once at most, so it is begun once at most. If we die after
 * `begun`, the gateway gets no further message, and its caller gets `in_doubt`.
 */
export function answerCalls(deps: AnswerDeps): AsyncDisposable {
  const inWork = new Set<Promise<void>>()
  const { connection } = deps.bus
  const subscription = connection.subscribe(callSubject(deps.bus), {
    queue: 'runners',
    callback: (error, message) => {
      if (error || !message.reply) return
      const { reply } = message
      const tell: Tell = (news) => connection.publish(reply, ActionNews.encode({ news }).finish())
      const slot = deps.slots.tryTake()
      if (!slot) {
        tell({ $case: 'busy', value: {} })
        return
      }
      const work = answer(deps, ActionCall.decode(message.data), tell).finally(() => {
        slot[Symbol.dispose]()
        inWork.delete(work)
      })
      inWork.add(work)
    },
  })
  return {
    async [Symbol.asyncDispose]() {
      subscription.unsubscribe()
      while (inWork.size > 0) await Promise.all(inWork)
      // The last answers are with NATS before the connection closes.
      await connection.flush().catch(() => {})
    },
  }
}

type Tell = (news: NonNullable<ActionNews['news']>) => void

async function answer(deps: AnswerDeps, call: ActionCall, tell: Tell): Promise<void> {
  const begun = () => tell({ $case: 'begun', value: {} })
  begun()
  const telling = setInterval(begun, TELL_EVERY_MS)
  try {
    const result = await resultOfCall(deps, call)
    tell({ $case: 'result', value: await sendable(deps, call, result) })
  } catch (error) {
    deps.events.actionFailed(call, error)
    tell({ $case: 'result', value: resultOfError(error) })
  } finally {
    clearInterval(telling)
  }
}

async function resultOfCall(deps: AnswerDeps, call: ActionCall): Promise<ActionResult> {
  const input = call.inputStored ? await deps.store.input(call.id) : call.input
  if (input === undefined) return resultOfError(new Error('its input is not in the store'))
  return runAction(deps, call, { input, attempt: 1, signal: deps.closing })
}

async function sendable({ store }: AnswerDeps, { id, environment }: ActionCall, result: ActionResult) {
  if (result.output.length + result.details.length <= MESSAGE_BYTES) return result
  await store.putRecord(id, { environment, attempts: 1, result })
  return { ...result, output: Buffer.alloc(0), details: Buffer.alloc(0), stored: true }
}
