import { AppError } from '@syncline/errors'
import type { LockOwner, LocksServiceImplementation } from '@syncline/proto'
import type { LockStore } from '../store/lock-store.ts'

/** Locks of functions, which their runners ask for. The runner has checked key and time to live. */
export function locksService(locks: LockStore): LocksServiceImplementation {
  return {
    async tryAcquire({ owner: asking, key, ttlMs }) {
      const owner = need(asking)
      const { id, attempt } = owner
      const answer = await locks.acquire(owner, key, ttlMs)
      if (answer.kind === 'ended') {
        throw new AppError('fenced', `attempt ${attempt} of run '${id}' may not go on: ${answer.why}`)
      }
      if (answer.kind === 'full') {
        throw new AppError(
          'invalid_body',
          `'${id}' has ${answer.most} locks, which is as many as it may: release some first`,
        )
      }
      return { acquired: answer.kind === 'acquired' }
    },
    release: async ({ owner, key }) => ({ released: (await locks.release(need(owner), key)) === 1 }),
    releaseAll: async ({ owner }) => ({ released: await locks.release(need(owner), '') }),
  }
}

function need(owner: LockOwner | undefined): LockOwner {
  if (owner === undefined) throw new AppError('invalid_body', 'the request names no owner')
  return owner
}
