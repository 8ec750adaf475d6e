import { type ActionStore, cancelSubject, freeSubject, previewKey } from '@syncline/actions'
import type { Bus } from '@syncline/bus'
import type { ActionCall, ActionResult } from '@syncline/proto'
import { ActionSlots } from '../actions/action-slots.ts'
import { answerCalls, type CallOptions } from '../actions/answer-calls.ts'
import { RunnerStopping } from '../outcome.ts'
import { type PreviewDeps, runPreview } from './run-preview.ts'

interface Options extends PreviewDeps {
  bus: Bus
  store: ActionStore
  slots: number
}

/** Takes previews, in slots of their own. When it is disposed of, it takes no more, and those under way are stopped. */
export async function startPreviews({ slots: count, ...deps }: Options): Promise<AsyncDisposable> {
  if (count === 0) return { async [Symbol.asyncDispose]() {} }
  const { bus, store } = deps
  const slots = new ActionSlots(count, () => bus.connection.publish(freeSubject(bus, 'preview')))
  const closing = new AbortController()
  const { events } = deps
  const run = (call: ActionCall, options: CallOptions) =>
    preview({ ...deps, closing: closing.signal }, call, options)
  const calls = answerCalls({ kind: 'preview', bus, store, slots, events, run })
  return {
    async [Symbol.asyncDispose]() {
      closing.abort(new RunnerStopping())
      await calls[Symbol.asyncDispose]()
    },
  }
}

/** The result is stored before the gateway is told that there is one. If we die before, there is none, and nothing has happened. */
async function preview(
  { store, closing, ...deps }: PreviewDeps & { bus: Bus; store: ActionStore; closing: AbortSignal },
  call: ActionCall,
  options: CallOptions,
): Promise<ActionResult> {
  const { id, environment } = call
  const startedAt = performance.now()
  const cancelled = new AbortController()
  const cancellations = deps.bus.connection.subscribe(cancelSubject(deps.bus, id), {
    callback: () => cancelled.abort(),
  })
  try {
    const all = { ...options, signal: closing, cancelled: cancelled.signal }
    const { result, recording } = await runPreview(deps, call, all)
    if (recording) await store.putRecording(id, recording)
    const stored = { ...DONE, output: Buffer.from(JSON.stringify(result)) }
    await store.putRecord(previewKey(id), { environment, attempts: 1, result: stored })
    deps.events.previewEnded(call, result.outcome, performance.now() - startedAt)
    return DONE
  } catch (error) {
    // The gateway stores a failure, and the result that it gets may be one.
    throw closing.aborted ? closing.reason : error
  } finally {
    cancellations.unsubscribe()
  }
}

const DONE: ActionResult = {
  ...{ code: '', message: '', stored: false },
  ...{ output: Buffer.alloc(0), details: Buffer.alloc(0) },
}
