import type { HostAnswers, HostMethod, HostParams } from '@syncline/functions'
import { AnswerWithText, type HostCall } from '@syncline/sandbox'
import type { LimitFunction } from 'p-limit'
import type { AttemptLocks } from './attempt-locks.ts'
import type { EnvironmentCalls } from './environment-calls.ts'

/** Of one run: triggers and actions that work at a time. */
export const CALLS_AT_ONCE = 4

/** What a function does to others in its environment, and on whose behalf. */
export interface EnvironmentContext {
  place: { environment: string }
  locks: AttemptLocks
  calls: EnvironmentCalls
  callLimit: LimitFunction
  /** Actions that have called each other up to the ones that this function calls. */
  depth: number
  /** By the monotonic clock: when the function has to have ended. */
  until: number
}

type EnvironmentMethod = Extract<
  HostMethod,
  'tryAcquireLock' | 'releaseLock' | 'releaseAllLocks' | 'triggerSync' | 'startSync' | 'triggerAction'
>

/** The host methods about the environment, which syncs and actions share. */
export const environmentHost: {
  [Name in EnvironmentMethod]: (
    context: EnvironmentContext,
    params: HostParams[Name],
    call: HostCall,
  ) => Promise<HostAnswers[Name] | AnswerWithText>
} = {
  tryAcquireLock: ({ locks }, { key, ttlMs }, { signal }) => locks.tryAcquire(key, ttlMs, signal),
  releaseLock: ({ locks }, { key }, { signal }) => locks.release(key, signal),
  releaseAllLocks: ({ locks }, _, { signal }) => locks.releaseAll(signal).then(() => null),
  triggerSync: ({ calls, callLimit, place }, params) =>
    callLimit(() => calls.triggerSync(place.environment, params)).then(() => null),
  startSync: ({ calls, callLimit, place }, params) =>
    callLimit(() => calls.startSync(place.environment, params)).then(() => null),
  triggerAction,
}

async function triggerAction(
  { calls, callLimit, place, depth, until }: EnvironmentContext,
  params: HostParams['triggerAction'],
  { signal, hold }: HostCall,
) {
  const { code, message, output, details } = await callLimit(() => {
    signal.throwIfAborted() // it may have waited for long
    return calls.triggerAction(place.environment, params, {
      depth,
      withinMs: until - performance.now(),
      signal,
    })
  })
  const json = code === '' ? output : details
  await hold(json.length)
  return new AnswerWithText({ code, message }, ['json'], 'utf8', [json])
}
