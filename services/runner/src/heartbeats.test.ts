import { AppError } from '@syncline/errors'
import type { HeartbeatRequest, HeartbeatResponse, RunsClient } from '@syncline/proto'
import type { DeadlineOptions } from '@syncline/rpc'
import { createLog } from '@syncline/service'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ActiveAttempts } from './active-attempts.ts'
import type { Attempt } from './attempt.ts'
import { createEvents } from './events.ts'
import { Heartbeats } from './heartbeats.ts'

const LEASE_MS = 30_000
const runner = { id: 'host/1/abc', sandbox: 'basic', slots: 4, reservedSlots: 1 }
const attemptOf = (runId: string) => ({ runId, attempt: 1 }) as Attempt // all that is read of it

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'performance', 'Date'] }))
afterEach(() => void vi.useRealTimers())

function opened(answer: () => Promise<Partial<HeartbeatResponse>> = async () => ({})) {
  const calls: HeartbeatRequest[] = []
  const attempts = new ActiveAttempts()
  const scheduler = {
    heartbeat: async (request: HeartbeatRequest) => {
      calls.push(request)
      return { stops: [], ...(await answer()) }
    },
  } as unknown as RunsClient<DeadlineOptions> // the one call that it makes
  const events = createEvents(createLog('runner', 'silent'))
  const heartbeats = new Heartbeats({ scheduler, runner, attempts, events, leaseMs: LEASE_MS })
  return { calls, attempts, heartbeats }
}

test('one call names all attempts, and is made without any, too: the scheduler finds out what did not reach us', async () => {
  const { calls, attempts } = opened()
  await vi.advanceTimersByTimeAsync(3000)
  expect(calls).toEqual([{ runner, beats: [] }])
  for (let n = 0; n < 1200; n++) attempts.begin(attemptOf(`run ${n}`))
  const [first] = attempts
  if (first) first.parked = 'its API wants it to wait'
  await vi.advanceTimersByTimeAsync(3000)
  expect(calls.map(({ beats }) => beats.length)).toEqual([0, 1200])
  expect(calls[1]?.beats[0]).toMatchObject({ runId: 'run 0', parked: 'its API wants it to wait' })
})

test('an attempt stops after a whole lease without an answer of any scheduler, and not before', async () => {
  const { attempts } = opened(async () => {
    throw new AppError('unavailable', 'away')
  })
  const active = attempts.begin(attemptOf('run'))
  await vi.advanceTimersByTimeAsync(LEASE_MS - 100)
  expect(active?.signal.aborted).toBe(false)
  await vi.advanceTimersByTimeAsync(3200)
  expect(active?.signal.reason).toMatchObject({
    code: 'unavailable',
    message: 'no scheduler has answered for 30 s',
  })
})

test('a process that stood still for longer than a lease waits for an answer, and judges nothing before', async () => {
  let isAway = true
  const { calls, attempts, heartbeats } = opened(async () => {
    if (isAway) throw new AppError('unavailable', 'away')
    return {}
  })
  const active = attempts.begin(attemptOf('run'))
  await vi.advanceTimersByTimeAsync(1000)
  expect(heartbeats.unconfirmed).toBeUndefined()

  vi.setSystemTime(Date.now() + 60_000)
  const waiting = heartbeats.unconfirmed
  expect(waiting).toBeInstanceOf(Promise)
  await vi.advanceTimersByTimeAsync(2000)
  expect(active?.signal.aborted).toBe(false)
  expect(calls.length).toBeGreaterThan(3)
  isAway = false
  await vi.advanceTimersByTimeAsync(300)
  await waiting
  expect(heartbeats.unconfirmed).toBeUndefined()
})

test('an answer to a call from before the gap confirms nothing', async () => {
  const answers: PromiseWithResolvers<object>[] = []
  const { calls, attempts, heartbeats } = opened(() => {
    answers.push(Promise.withResolvers())
    return answers.at(-1)?.promise ?? Promise.resolve({})
  })
  attempts.begin(attemptOf('run'))
  await vi.advanceTimersByTimeAsync(3100)
  expect(calls).toHaveLength(1)
  vi.setSystemTime(Date.now() + 60_000)
  expect(heartbeats.unconfirmed).toBeDefined()
  answers[0]?.resolve({})
  await vi.advanceTimersByTimeAsync(300)
  expect(heartbeats.unconfirmed).toBeDefined()
  expect(calls).toHaveLength(2)
  answers[1]?.resolve({})
  await vi.advanceTimersByTimeAsync(10)
  expect(heartbeats.unconfirmed).toBeUndefined()
})
