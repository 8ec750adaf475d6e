import { LogLevel, type RecordsClient, type RunLines } from '@syncline/proto'
import { expect, test, vi } from 'vitest'
import type { Attempt } from './attempt.ts'
import { LogSender } from './log-sender.ts'

const attemptOf = (runId: string) => ({ environment: 'dev', runId, attempt: 1 }) as Attempt // all that is read of it
const line = (message: string) => ({ atMs: 1, level: LogLevel.INFO, message })

function opened(answer: () => Promise<void> = async () => {}) {
  const calls: RunLines[][] = []
  const lost: number[] = []
  const records = {
    appendLogs: async ({ runs }: { runs: RunLines[] }) => {
      calls.push(runs)
      await answer()
    },
  } as unknown as RecordsClient // the one call that it makes
  return { calls, lost, sender: new LogSender(records, (lines) => lost.push(lines)) }
}

test('lines of many runs go in one call, in order, with their numbers', async () => {
  const { calls, sender } = opened()
  const [a, b] = [attemptOf('a'), attemptOf('b')]
  sender.add(a, 0, line('a0'))
  sender.add(b, 0, line('b0'))
  sender.add(a, 1, line('a1'))
  await sender[Symbol.asyncDispose]()
  sender.add(a, 2, line('a2'))
  await sender[Symbol.asyncDispose]()
  expect(calls).toMatchObject([
    [
      { runId: 'a', first: 0, lines: [{ message: 'a0' }, { message: 'a1' }] },
      { runId: 'b', first: 0, lines: [{ message: 'b0' }] },
    ],
    [{ runId: 'a', first: 2, lines: [{ message: 'a2' }] }],
  ])
})

test('while the store is slow there is one call at a time, and lines gather', async () => {
  const slow = Promise.withResolvers<void>()
  const { calls, sender } = opened(() => slow.promise)
  for (let run = 0; run < 1500; run++) sender.add(attemptOf(`run ${run}`), 0, line('text'))
  expect(calls.map((runs) => runs.length)).toEqual([1000])
  for (let run = 0; run < 1500; run++) sender.add(attemptOf(`later ${run}`), 0, line('text'))
  expect(calls).toHaveLength(1)
  slow.resolve()
  await sender[Symbol.asyncDispose]()
  expect(calls.map((runs) => runs.length)).toEqual([1000, 1000, 1000])
})

test('lines that come during a call gather for a quarter of a second, too', async () => {
  vi.useFakeTimers()
  try {
    const answers: (() => void)[] = []
    const { calls, sender } = opened(() => new Promise((resolve) => answers.push(resolve)))
    sender.add(attemptOf('a'), 0, line('first'))
    await vi.advanceTimersByTimeAsync(250)
    sender.add(attemptOf('b'), 0, line('during the call'))
    answers.shift()?.()
    await vi.advanceTimersByTimeAsync(200)
    expect(calls).toHaveLength(1)
    sender.add(attemptOf('c'), 0, line('a moment later'))
    await vi.advanceTimersByTimeAsync(50)
    expect(calls.map((runs) => runs.map(({ runId }) => runId))).toEqual([['a'], ['b', 'c']])
  } finally {
    vi.useRealTimers()
  }
})

test('when too much waits, lines are lost and counted, and numbers stay without gaps', async () => {
  const slow = Promise.withResolvers<void>()
  const { calls, lost, sender } = opened(() => slow.promise)
  const text = 'x'.repeat(1024 * 1024)
  let kept = 0
  for (let n = 0; n < 40; n++) if (sender.add(attemptOf('a'), kept, line(text))) kept++
  expect(kept).toBe(31)
  slow.resolve()
  await sender[Symbol.asyncDispose]()
  expect(lost).toEqual([9])
  expect(calls.flat().map(({ first }) => first)).toEqual(Array.from({ length: 31 }, (_, n) => n))
})

test('lines that the store refuses are lost and counted; later ones are sent', async () => {
  let failures = 1
  const { calls, lost, sender } = opened(async () => {
    if (failures-- > 0) throw new Error('no table')
  })
  sender.add(attemptOf('a'), 0, line('one'))
  await sender[Symbol.asyncDispose]()
  sender.add(attemptOf('a'), 1, line('two'))
  await sender[Symbol.asyncDispose]()
  expect(lost).toEqual([1])
  expect(calls.at(-1)).toMatchObject([{ first: 1 }])
})

test('a stop does not wait for ever for a store that is away', async () => {
  const { lost, sender } = opened(() => new Promise(() => {}))
  for (let run = 0; run < 1500; run++) sender.add(attemptOf(`run ${run}`), 0, line('text'))
  const startedAt = performance.now()
  await sender[Symbol.asyncDispose]()
  expect(performance.now() - startedAt).toBeLessThan(5000)
  expect(lost).toEqual([500])
})
