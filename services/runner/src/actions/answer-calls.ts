import { type ActionStore, MESSAGE_BYTES, offerSubject, SILENT_MS, TELL_EVERY_MS } from '@syncline/actions'
import type { Bus } from '@syncline/bus'
import { ActionCall, ActionNews, type ActionResult } from '@syncline/proto'
import type { ActionDeps } from './action-deps.ts'
import { inDoubt, resultOfError } from './action-result.ts'
import type { ActionSlots } from './action-slots.ts'
import { Reservations } from './reservations.ts'
import { runAction } from './run-action.ts'
import { SuspensionWatch } from './suspension-watch.ts'

export interface AnswerDeps extends ActionDeps {
  bus: Bus
  store: ActionStore
  slots: ActionSlots
  /** Aborts when actions that have not ended are killed. */
  closing: AbortSignal
}

/**
 * Takes synchronous actions from gateways: to an offer it answers with a slot that it reserves, and the call then comes to that
 * reservation. Core NATS delivers it once at most, so it is begun once at most, and never after the reservation has lapsed. If we die
 * after `begun`, the gateway gets no further message, and its caller gets `in_doubt`.
 */
export function answerCalls(deps: AnswerDeps): AsyncDisposable {
  const inWork = new Set<Promise<void>>()
  const reservations = new Reservations()
  const { connection } = deps.bus
  const tell = (reply: string, news: News, options?: { reply: string }) =>
    connection.publish(reply, ActionNews.encode({ news }).finish(), options)
  const own = `${deps.bus.prefix}.call.${crypto.randomUUID()}`

  const offers = connection.subscribe(offerSubject(deps.bus), {
    queue: 'runners',
    callback: (error, { reply }) => {
      if (error || !reply) return
      const slot = deps.slots.tryTake()
      if (slot) tell(reply, { $case: 'ready', value: {} }, { reply: `${own}.${reservations.add(slot)}` })
      else tell(reply, { $case: 'busy', value: {} })
    },
  })
  const calls = connection.subscribe(`${own}.*`, {
    callback: (error, { subject, data, reply }) => {
      if (error) return
      const slot = reservations.take(subject.slice(own.length + 1))
      if (!reply) {
        // The gateway has found another runner, or its caller has given up.
        slot?.[Symbol.dispose]()
        return
      }
      if (!slot) {
        tell(reply, { $case: 'busy', value: {} })
        return
      }
      const work = answer(deps, ActionCall.decode(data), (news) => tell(reply, news)).finally(() => {
        slot[Symbol.dispose]()
        inWork.delete(work)
      })
      inWork.add(work)
    },
  })
  return {
    async [Symbol.asyncDispose]() {
      offers.unsubscribe()
      await reservations.empty()
      calls.unsubscribe()
      while (inWork.size > 0) await Promise.all(inWork)
      // The last answers are with NATS before the connection closes.
      await connection.flush().catch(() => {})
    },
  }
}

type News = NonNullable<ActionNews['news']>

async function answer(deps: AnswerDeps, call: ActionCall, tell: (news: News) => void): Promise<void> {
  const begun = () => tell({ $case: 'begun', value: {} })
  begun()
  using watch = new SuspensionWatch(SILENT_MS, TELL_EVERY_MS, begun)
  try {
    const result = await resultOfCall(deps, call, watch)
    tell({ $case: 'result', value: await sendable(deps, call, result) })
  } catch (error) {
    deps.events.actionFailed(call, error)
    tell({ $case: 'result', value: resultOfError(error) })
  }
}

async function resultOfCall(
  deps: AnswerDeps,
  call: ActionCall,
  watch: SuspensionWatch,
): Promise<ActionResult> {
  const input = call.inputStored ? await deps.store.input(call.id) : call.input
  if (input === undefined) return resultOfError(new Error('its input is not in the store'))
  return runAction(deps, call, { input, attempt: 1, signal: deps.closing, watch })
}

/** It has ended: that its result can't be stored must not invite its caller to begin it again. */
async function sendable({ store, events }: AnswerDeps, call: ActionCall, result: ActionResult) {
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
