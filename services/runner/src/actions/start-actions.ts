import { type ActionStore, freeSubject } from '@syncline/actions'
import type { Bus } from '@syncline/bus'
import { RunnerStopping } from '../outcome.ts'
import type { ActionDeps } from './action-deps.ts'
import { ActionSlots } from './action-slots.ts'
import { answerCalls } from './answer-calls.ts'
import { workOnQueue } from './work-on-queue.ts'

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
  const slots = new ActionSlots(count, () => bus.connection.publish(freeSubject(bus)))
  const [stopping, closing] = [new AbortController(), new AbortController()]
  const all = { ...deps, slots, closing: closing.signal }
  const calls = answerCalls(all)
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
