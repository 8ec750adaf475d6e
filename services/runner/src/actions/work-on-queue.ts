import type { ActionStore, Claim } from '@syncline/actions'
import { type Bus, consumeQueues, type Delivery, subjects } from '@syncline/bus'
import { AppError } from '@syncline/errors'
import type { ActionCall } from '@syncline/proto'
import type { ActionDeps } from './action-deps.ts'
import { inDoubt, resultOfError } from './action-result.ts'
import type { ActionSlots } from './action-slots.ts'
import { runAction } from './run-action.ts'
import { SuspensionWatch } from './suspension-watch.ts'

const ACK_WAIT_MS = 15_000
const WATCH_MS = 1000
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

export interface QueueDeps extends ActionDeps {
  bus: Bus
  store: ActionStore
  slots: ActionSlots
  /** Aborts when actions that have not ended are killed. */
  closing: AbortSignal
}

/**
 * Works on asynchronous actions until `stopping` aborts. An attempt is claimed before it begins, and its result is stored before the
 * message is acknowledged. A message that comes again was not ended by the runner that had it: it is begun again only as often as
 * `maxRetries` allows, and its result is in doubt otherwise. A runner that was suspended meanwhile finds that it has lost its claim.
 */
export async function workOnQueue(deps: QueueDeps, stopping: AbortSignal): Promise<void> {
  const { bus, slots, events } = deps
  const consumption = {
    subject: subjects.action,
    durable: 'actions',
    ackWaitMs: ACK_WAIT_MS,
    concurrency: CONCURRENCY,
    perQueue: PER_ENVIRONMENT,
    onError: events.actionPostponed,
  }
  const work = async (delivery: Delivery<ActionCall>) => {
    using _slot = await slots.take(stopping)
    return workOn(deps, delivery)
  }
  await consumeQueues(bus, consumption, work, stopping)
}

/** If we die after the claim, the attempt counts, whether the function began or not. */
async function workOn(deps: QueueDeps, { message: call, sequence, deliveries }: Delivery<ActionCall>) {
  const { store } = deps
  const { environment, id, maxRetries } = call
  // Between two signs of life a third of ACK_WAIT_MS may have passed.
  using watch = new SuspensionWatch((ACK_WAIT_MS * 2) / 3, WATCH_MS)
  if (await store.record(id)) return
  const last = await store.claim(id)
  if (last && last.sequence !== sequence) return // a second message of one call: the first one is worked on
  if (last && last.deliveries >= deliveries) return 'superseded'
  if (last && last.attempts > maxRetries) {
    const result = inDoubt('its runner has ended, or was suspended')
    await store.putRecord(id, { environment, attempts: last.attempts, result })
    return
  }
  const input = call.inputStored ? await store.input(id) : call.input
  const attempts = (last?.attempts ?? 0) + 1
  const claim = { sequence, deliveries, attempts }
  if (!(await store.claimNext(id, (now) => (isSame(now, last) ? claim : undefined)))) return 'superseded'
  const result = input
    ? await runAction(deps, call, { input, attempt: attempts, signal: deps.closing, watch })
    : resultOfError(new Error('its input is not in the store'))
  const isOwn = isSame(await store.claim(id), claim)
  if (isOwn && attempts <= maxRetries && REPEATED.has(result.code)) {
    throw new AppError('unavailable', `action '${id}' is repeated after attempt ${attempts}: ${result.code}`)
  }
  // Another runner has gone on with it, and its failure counts, not ours.
  if (!isOwn && result.code !== '') return 'superseded'
  await store.putRecord(id, { environment, attempts, result })
  return isOwn ? undefined : 'superseded'
}

function isSame(one: Claim | undefined, other: Claim | undefined): boolean {
  return one?.sequence === other?.sequence && one?.deliveries === other?.deliveries
}
