import { type ActionStore, type CallKind, offerSubject, SILENT_MS, TELL_EVERY_MS } from '@syncline/actions'
import type { Bus } from '@syncline/bus'
import { ActionCall, ActionNews, type ActionResult } from '@syncline/proto'
import type { Events } from '../events.ts'
import { resultOfError } from './action-result.ts'
import type { ActionSlots } from './action-slots.ts'
import { Reservations } from './reservations.ts'
import { SuspensionWatch } from './suspension-watch.ts'

export interface AnswerDeps {
  kind: CallKind
  bus: Bus
  store: ActionStore
  slots: ActionSlots
  events: Events
  /** Does the work of a call: its result is sent to the gateway, and may not be larger than a message. */
  run: (call: ActionCall, options: CallOptions) => Promise<ActionResult>
}

export interface CallOptions {
  input: Uint8Array
  watch: SuspensionWatch
  /** From now on the gateway is told how far it is. */
  onProgress: (progress: () => object) => void
}

/**
 * Takes synchronous actions, or previews, from gateways: to an offer it answers with a slot that it reserves, and the call then comes to that
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

  const offers = connection.subscribe(offerSubject(deps.bus, deps.kind), {
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
  let progress: (() => object) | undefined
  const beat = () => {
    if (progress === undefined) tell({ $case: 'begun', value: {} })
    else tell({ $case: 'progress', value: { json: Buffer.from(JSON.stringify(progress())) } })
  }
  beat()
  using watch = new SuspensionWatch(SILENT_MS, TELL_EVERY_MS, beat)
  try {
    const input = call.inputStored ? await deps.store.input(call.id) : call.input
    if (input === undefined) throw new Error('its input is not in the store')
    const onProgress = (next: () => object) => {
      progress = next
    }
    tell({ $case: 'result', value: await deps.run(call, { input, watch, onProgress }) })
  } catch (error) {
    deps.events.actionFailed(call, error)
    tell({ $case: 'result', value: resultOfError(error) })
  }
}
