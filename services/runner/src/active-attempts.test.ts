import { expect, test } from 'vitest'
import { ActiveAttempts } from './active-attempts.ts'
import type { Attempt } from './attempt.ts'

const attemptOf = (runId: string, attempt: number) => ({ runId, attempt }) as Attempt // all that is read of it

test('of two attempts of a run the newer one wins, whichever comes first', () => {
  const attempts = new ActiveAttempts()
  const first = attempts.begin(attemptOf('run', 1))
  const second = attempts.begin(attemptOf('run', 2))
  expect(first?.signal.reason).toMatchObject({ message: 'attempt 2 of the run has begun in this runner' })
  expect(attempts.begin(attemptOf('run', 2))).toBeUndefined()
  expect(attempts.begin(attemptOf('run', 1))).toBeUndefined()
  expect(second?.signal.aborted).toBe(false)

  first?.[Symbol.dispose]()
  expect([...attempts]).toEqual([second])
  second?.[Symbol.dispose]()
  expect([...attempts]).toEqual([])
})

test('a stop reaches the attempt that it names, and no other one', () => {
  const attempts = new ActiveAttempts()
  const active = attempts.begin(attemptOf('run', 2))
  expect(attempts.stop({ runId: 'unknown', attempt: 1, reason: 'cancelled' })).toBe(false)
  expect(attempts.stop({ runId: 'run', attempt: 1, reason: 'cancelled' })).toBe(false)
  expect(active?.signal.aborted).toBe(false)
  expect(attempts.stop({ runId: 'run', attempt: 2, reason: 'cancelled by a person' })).toBe(true)
  expect(active?.signal.reason).toMatchObject({ message: 'cancelled by a person' })
  active?.[Symbol.dispose]()
  expect(attempts.stop({ runId: 'run', attempt: 2, reason: 'cancelled' })).toBe(false)
})
