import { type Redis, script } from '@syncline/redis'
import { type Asked, limitOf } from '../../src/budget/limit-of.ts'

const readState = script(
  new URL('./state.lua', import.meta.url),
  new URL('../../src/budget/scripts/prelude.lua', import.meta.url),
)

/** What a budget is like at an instant, as the scripts see it. */
export async function budgetState(redis: Redis, prefix: string, access: Asked, now: number) {
  const { key, shared, requests, periodMs } = limitOf(access)
  const args = [now, requests, periodMs, shared ? 1 : 0, 1, access.connection.uid]
  const found = await readState(redis, [`${prefix}budget:{${key}}:`], args)
  const [rate, learned, blockedUntil, waiting, away] = found as [string, number, string, number, number] // state.lua
  return {
    /** Requests per second; undefined = not limited. */
    rate: rate === '' ? undefined : Number(rate),
    isLearned: learned === 1,
    /** An instant, in ms; 0 = not blocked. */
    blockedUntil: Number(blockedUntil),
    /** Connections that wait, and those that come back later. */
    waiting,
    away,
  }
}
