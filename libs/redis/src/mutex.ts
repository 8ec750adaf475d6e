import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { jittered, repeat } from '@syncline/async'
import type { Redis } from './connect.ts'
import { redisCall } from './redis-call.ts'
import { script } from './script.ts'

const take = script(new URL('./take-mutex.lua', import.meta.url))
const renew = script(new URL('./renew-mutex.lua', import.meta.url))
const release = script(new URL('./release-mutex.lua', import.meta.url))

/** A holder that dies keeps the mutex for so long. */
export const MUTEX_HOLD_MS = 60_000
const POLL_MS = 200

/** One of all instances has it at a time. */
export type Mutex = { redis: Redis; key: string }

/** `signal` aborts when the mutex was lost: Redis forgot it, or did not answer for MUTEX_HOLD_MS. */
export type Held = { signal: AbortSignal } & AsyncDisposable

/**
 * Takes the mutex and renews it until it is disposed of. Undefined if another instance has it. For work that is merely
 * wasteful to do twice: a process that was stopped may go on for a moment after it has lost the mutex.
 */
export async function tryMutex({ redis, key }: Mutex, holdMs = MUTEX_HOLD_MS): Promise<Held | undefined> {
  const token = randomUUID()
  const lost = new AbortController()
  let heldUntil = Date.now() + holdMs
  if ((await redisCall(take(redis, [key], [token, holdMs]))) !== 1) return undefined
  const keep = async () => {
    const askedAt = Date.now()
    if ((await redisCall(renew(redis, [key], [token, holdMs]))) === 1) heldUntil = askedAt + holdMs
    else lost.abort(new Error(`lost the mutex ${key}`))
  }
  const onFailure = (cause: unknown) => {
    if (Date.now() > heldUntil) lost.abort(new Error(`the mutex ${key} was not renewed in time`, { cause }))
  }
  const renewing = repeat(holdMs / 4, keep, { onFailure })
  return {
    signal: lost.signal,
    async [Symbol.asyncDispose]() {
      await renewing[Symbol.asyncDispose]()
      // Redis away: the mutex runs out.
      await release(redis, [key], [token]).catch(() => {})
    },
  }
}

/** The same, waiting while another instance has it. `onWait` is called every `noticeMs`, first at once. */
export async function waitForMutex(
  mutex: Mutex,
  {
    holdMs,
    signal,
    onWait = () => {},
    noticeMs = 30_000,
  }: { holdMs?: number; signal?: AbortSignal; onWait?: () => void; noticeMs?: number } = {},
): Promise<Held> {
  for (let noticeAt = 0; ; ) {
    signal?.throwIfAborted()
    const held = await tryMutex(mutex, holdMs)
    if (held) return held
    if (Date.now() >= noticeAt) {
      noticeAt = Date.now() + noticeMs
      onWait()
    }
    await sleep(jittered(POLL_MS), undefined, signal && { signal })
  }
}
