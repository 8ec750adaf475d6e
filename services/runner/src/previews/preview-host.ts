import { setTimeout as sleep } from 'node:timers/promises'
import { checkSize } from '@syncline/catalog'
import { type HostAnswers, type HostMethod, type HostParams, parseParams } from '@syncline/functions'
import type { Stream } from '@syncline/proto'
import type { AnswerWithText, HostMethods, ReceivedCall } from '@syncline/sandbox'
import { type ConnectionContext, connectionHost, fetchUrl, http } from '../connection-host.ts'
import { listRecords } from '../list-records.ts'
import type { Saves } from '../saves.ts'
import type { PreviewRecords } from './preview-records.ts'
import type { Recording } from './recording.ts'
import type { RequestTally } from './request-tally.ts'

/** What a preview keeps in memory of what the function does. */
export interface PreviewState {
  /** JSON text; empty = none. */
  checkpoint: string
  /** Undefined: the function has not changed it. */
  metadata: Record<string, unknown> | undefined
  saved: number
  locks: Set<string>
  /** Calls that were not carried out. */
  notDone: Set<string>
}

export interface PreviewContext extends ConnectionContext {
  state: PreviewState
  saves: Saves
  records: PreviewRecords
  streamOf: (model: string) => Stream
  tally: RequestTally
  recording: Recording | undefined
  /** Records that may still be saved; when there are none, `stop`. */
  limit: number
  stop: () => void
}

type Method<Name extends HostMethod> = (
  context: PreviewContext,
  params: HostParams[Name],
  call: ReceivedCall,
) => Promise<HostAnswers[Name] | AnswerWithText>

const methods: { [Name in HostMethod]: Method<Name> } = {
  ...connectionHost,
  http: async (context, params, call) => {
    const { tally, recording } = context
    try {
      const answer = await http(context, params, call)
      tally.add(params.method, params.endpoint, statusOf(answer))
      recording?.http(params, { answer })
      return answer
    } catch (error) {
      tally.add(params.method, params.endpoint, undefined)
      recording?.http(params, { error })
      throw error
    }
  },
  fetch: async (context, params, call) => {
    const { tally, recording } = context
    try {
      const answer = await fetchUrl(context, params, call)
      tally.add(params.method, params.url, statusOf(answer))
      recording?.fetch(params, { answer })
      return answer
    } catch (error) {
      tally.add(params.method, params.url, undefined)
      recording?.fetch(params, { error })
      throw error
    }
  },
  getConnection: async (context, params, call) => {
    const connection = (await connectionHost.getConnection(
      context,
      params,
      call,
    )) as HostAnswers['getConnection'] // it has no long text
    return { ...connection, metadata: context.state.metadata ?? connection.metadata }
  },
  setMetadata: async (context, { metadata, merge }) => {
    const { place, loader, state } = context
    const present = state.metadata ?? (await loader.access(place)).connection.metadata
    const changed = merge ? { ...present, ...metadata } : metadata
    checkSize('metadata', changed)
    state.metadata = changed
    return null
  },
  save,
  delete: ({ saves }, { model, first, records }) => saves.delete(model, first, records).then(() => null),
  trackDeletes: async ({ saves }, { model, step, ...pass }) => {
    await saves.trackDeletes(model, step, pass)
    return null
  },
  setMergingStrategy: async ({ saves }, { model, strategy, cursor }) => {
    await saves.setMergingStrategy(model, strategy, cursor)
    return null
  },
  // Nobody else sees the locks of a preview, and it sees none of others: a run beside it is not held up.
  tryAcquireLock: async ({ state }, { key }) => {
    state.locks.add(key)
    return true
  },
  releaseLock: async ({ state }, { key }) => state.locks.delete(key),
  releaseAllLocks: async ({ state }) => {
    state.locks.clear()
    return null
  },
  triggerSync: async ({ state }, { providerConfigKey, connectionId }) => {
    notDone(state, `triggerSync of '${providerConfigKey}' on connection '${connectionId}'`)
    return null
  },
  startSync: async ({ state }, { providerConfigKey, connectionId }) => {
    const where = connectionId === '' ? 'all connections' : `connection '${connectionId}'`
    notDone(state, `startSync of '${providerConfigKey}' on ${where}`)
    return null
  },
  triggerAction: async ({ state }, { action }) => {
    notDone(state, `triggerAction '${action}'`)
    const message = `a preview calls no actions, because what they do stays done: '${action}' was not called. Catch this error if the function can go on without the answer, or try it in a run (syncline dev)`
    return { code: 'action_failed', message, json: '{}' }
  },
  listRecords: async ({ saves, records, streamOf }, params, call) => {
    saves.known(params.model)
    return listRecords(records, streamOf(params.model), params, call)
  },
  getCheckpoint: async ({ saves, state }) => {
    saves.sawCheckpoint('read', state.checkpoint)
    return { json: state.checkpoint }
  },
  saveCheckpoint: async ({ saves, state }, { json, incomplete }) => {
    saves.sawCheckpoint('saved', json)
    await saves.settled()
    await saves.markIncomplete(incomplete)
    state.checkpoint = json
    return null
  },
}

/**
 * What the child of a preview may ask for. Requests to the API are made; everything that would change our own data is planned
 * or kept in memory.
 */
export function createPreviewHost(context: PreviewContext): HostMethods {
  const names = Object.keys(methods) as HostMethod[] // its own keys
  return Object.fromEntries(names.map((name) => [name, hostMethod(name, context)]))
}

function hostMethod<Name extends HostMethod>(name: Name, context: PreviewContext): HostMethods[string] {
  // Not async: see `callMethod` in host.ts.
  return (raw, call) => methods[name](context, parseParams(name, raw), call)
}

/** The last records before the limit are saved; the run stops behind them, and its call gets no answer. */
async function save(
  context: PreviewContext,
  params: HostParams['save'],
  { text, signal }: ReceivedCall,
): Promise<null> {
  const { saves, state, limit, stop } = context
  const { model, mode, skipped } = params
  const sizes = params.sizes.slice(0, limit - state.saved)
  const bytes = sizes.reduce((sum, size) => sum + size, 0)
  state.saved += sizes.length
  await saves.save(model, mode, { text: text.subarray(0, bytes), sizes }, skipped)
  if (state.saved < limit) return null
  stop()
  await sleep(60_000, undefined, { signal }).catch(() => {})
  return null
}

const NOT_DONE = 100

function notDone({ notDone: all }: PreviewState, text: string): void {
  if (all.size < NOT_DONE) all.add(text)
}

/** Of an answer of `toHostAnswer`. */
function statusOf(answer: AnswerWithText): number | undefined {
  return 'status' in answer.value && typeof answer.value.status === 'number' ? answer.value.status : undefined
}
