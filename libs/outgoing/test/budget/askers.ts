import type { Redis } from '@syncline/redis'
import { Budgets, type Turn } from '../../src/budget/budgets.ts'
import { budgetState } from './budget-state.ts'
import { type AccessOptions, accessOf } from './simulation.ts'

export class TestClock {
  now = Date.parse('2026-05-01T00:00:00Z')
}

/** A process that asks for connections of one API. */
export interface TestAsker {
  state: (connection: string) => ReturnType<typeof budgetState>
  take: (connection: string, options?: AccessOptions) => Promise<Turn>
  wait: (connection: string) => Promise<number>
  learn: (connection: string, status: number, headers: Record<string, string>) => Promise<void>
}
export type AskerOf = () => TestAsker

export function askers(redis: Redis, prefix: string, clock: TestClock, options: AccessOptions): AskerOf {
  return () => {
    const budgets = new Budgets(redis, prefix, { now: () => clock.now })
    const access = (connection: string) => accessOf(connection, options)
    const take = (connection: string, own: AccessOptions = options) =>
      budgets.take(accessOf(connection, own), { connection, lane: 'fresh' })
    return {
      state: (connection) => budgetState(redis, prefix, access(connection), clock.now),
      take,
      wait: async (connection) => (await take(connection)).waitMs,
      learn: (connection, status, headers) => budgets.learn(access(connection), { status, headers }),
    }
  }
}
