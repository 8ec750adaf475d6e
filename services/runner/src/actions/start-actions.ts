import { type ActionStore, freeSubject, MESSAGE_BYTES } from '@syncline/actions'
import type { Bus } from '@syncline/bus'
import type { ActionCall, ActionResult } from '@syncline/proto'
import { RunnerStopping } from '../outcome.ts'
import type { ActionDeps } from './action-deps.ts'
import { inDoubt } from './action-result.ts'
import { ActionSlots } from './action-slots.ts'
import { answerCalls } from './answer-calls.ts'
import { runAction } from './run-action.ts'
import { type QueueDeps, workOnQueue } from './work-on-queue.ts'

interface Options extends ActionDeps {
  bus: Bus
  store: ActionStore
  slots: number
  drainMs: number
}

/** Takes actions. When it is disposed of, it takes no more; those that have not ended after `drainMs` then are killed. */
export async function startActions({ slots: count, drainMs, ...deps }: Options): Promise<AsyncDisposable> {
  if (count === 0) return { async [Symbol.asyncDispose]() {} }
  const { bus } = deps
  const slots = new ActionSlots(count, () => bus.connection.publish(freeSubject(bus, 'action')))
  const [stopping, closing] = [new AbortController(), new AbortController()]
  const all = { ...deps, slots, closing: closing.signal }
  const calls = answerCalls({
    ...all,
    kind: 'action',
    run: async (call, { input, watch }) =>
      sendable(all, call, await runAction(deps, call, { input, attempt: 1, signal: closing.signal, watch })),
  })
  const queue = workOnQueue(all, stopping.signal)
  return {
    async [Symbol.asyncDispose]() {
      const timer = setTimeout(() => closing.abort(new RunnerStopping()), drainMs)
      stopping.abort(new RunnerStopping())
      await Promise.all([calls[Symbol.asyncDispose](), queue])
      clearTimeout(timer)
    },
  }
}

/** It has ended: that its result can't be stored must not invite its caller to begin it again. */
async function sendable({ store, events }: QueueDeps, call: ActionCall, result: ActionResult) {
  if (result.output.length + result.details.length <= MESSAGE_BYTES) return result
  const { id, environment } = call
  try {
    await store.putRecord(id, { environment, attempts: 1, result })
    return { ...result, output: Buffer.alloc(0), details: Buffer.alloc(0), stored: true }
  } catch (error) {
    events.actionFailed(call, error)
    return inDoubt('it has ended, and its result could not be stored')
  }
}
