import { expect, test } from 'vitest'
import { type Repetition, repeat } from './repeat.ts'

const HOUR_MS = 3_600_000
const onFailure = (error: unknown) => {
  throw error
}

/** A job that counts its rounds and ends each as `result` says. */
function counting(result: (round: number) => unknown = () => false) {
  const job = {
    rounds: 0,
    run: async () => {
      job.rounds++
      return result(job.rounds)
    },
    reached: (rounds: number) => expect.poll(() => job.rounds).toBe(rounds),
  }
  return job
}

test('it runs at once, and again when the period is over', async () => {
  const job = counting()
  await using _repetition = repeat(5, job.run, { onFailure })
  await expect.poll(() => job.rounds).toBeGreaterThan(2)
})

test('while the job says that there is more, there is no pause', async () => {
  const job = counting((round) => round < 100)
  await using _repetition = repeat(HOUR_MS, job.run, { onFailure })
  await job.reached(100)
})

test('waking ends a pause', async () => {
  const job = counting()
  await using repetition = repeat(HOUR_MS, job.run, { onFailure })
  await job.reached(1)
  repetition.wake()
  await job.reached(2)
})

test('waking while the job is at work makes it run once more', async () => {
  const first = Promise.withResolvers<void>()
  const job = counting((round) => (round === 1 ? first.promise : undefined))
  await using repetition = repeat(HOUR_MS, job.run, { onFailure })
  await job.reached(1)
  for (let i = 0; i < 5; i++) repetition.wake()
  first.resolve()
  await job.reached(2)
})

test('a failure is reported, and the job is tried again after its pause, not before', async () => {
  const failures: unknown[] = []
  const job = counting((round) => {
    if (round < 3) throw new Error(`round ${round}`)
  })
  await using repetition = repeat(HOUR_MS, job.run, {
    onFailure: (error) => {
      failures.push(error)
      queueMicrotask(() => repetition.wake())
    },
    retryMs: 10,
  })
  await job.reached(3)
  expect(failures.map(String)).toEqual(['Error: round 1', 'Error: round 2'])
})

test('during the pause after a failure, waking changes nothing', async () => {
  const failed = Promise.withResolvers<unknown>()
  const job = counting(() => {
    throw new Error('away')
  })
  await using repetition = repeat(HOUR_MS, job.run, { onFailure: failed.resolve })
  await failed.promise
  for (let i = 0; i < 5; i++) {
    repetition.wake()
    await new Promise(setImmediate)
  }
  expect(job.rounds).toBe(1)
})

test('waking counts again while the job is tried again', async () => {
  const second = Promise.withResolvers<void>()
  const job = counting((round) => {
    if (round === 1) throw new Error('away')
    return round === 2 ? second.promise : undefined
  })
  await using repetition = repeat(HOUR_MS, job.run, { onFailure: () => {}, retryMs: 1 })
  await job.reached(2)
  repetition.wake()
  second.resolve()
  await job.reached(3)
})

test('disposing aborts the job, waits for it, and its failure is no failure', async () => {
  const began = Promise.withResolvers<void>()
  let ended = false
  const repetition: Repetition = repeat(
    1,
    async (signal) => {
      began.resolve()
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      ended = true
      throw signal.reason
    },
    { onFailure },
  )
  await began.promise
  await repetition[Symbol.asyncDispose]()
  expect(ended).toBe(true)
})

test('disposing ends a pause, also after a failure', async () => {
  const failed = Promise.withResolvers<unknown>()
  for (const result of [() => false, () => Promise.reject(new Error('away'))]) {
    const job = counting(result)
    const repetition = repeat(HOUR_MS, job.run, { onFailure: failed.resolve })
    await job.reached(1)
    await repetition[Symbol.asyncDispose]()
    expect(job.rounds).toBe(1)
  }
})
