import { expect, test } from 'vitest'
import { SharedClock } from './shared-clock.ts'

test('a jump that another scheduler has seen to is not done again, even if Redis is slow to tell its time', async () => {
  const redis = { time: 1_000_000, jumps: 0, slowMs: 0 }
  let monotonic = 0
  const shifts: number[] = []
  const clock = await SharedClock.open({
    async sample() {
      monotonic += redis.slowMs
      return redis.time
    },
    monotonic: () => monotonic,
    leaseMs: 30_000,
    jumps: 0,
    async onJump(byMs, jumps) {
      // What shift-clock.lua does.
      if (jumps === redis.jumps) redis.jumps = shifts.push(byMs)
      return redis.jumps
    },
    onGap() {},
  })
  redis.time += 3_600_000
  redis.jumps = 1
  redis.slowMs = 5000
  await clock.learn(1)
  redis.slowMs = 0
  await clock.synchronize()
  expect(shifts).toEqual([])
  expect(clock.jumps).toBe(1)
  expect(clock.now()).toBe(redis.time)
})

test('a clock that was set back while no scheduler worked is noticed by the next one', async () => {
  const shifts: number[] = []
  const clock = await SharedClock.open({
    sample: async () => 10_000_000,
    monotonic: () => 0,
    leaseMs: 30_000,
    jumps: 4,
    onJump: async (byMs, jumps) => {
      shifts.push(byMs)
      return jumps + 1
    },
    onGap() {},
  })
  await clock.resume(0)
  await clock.resume(9_000_000)
  await clock.resume(10_001_000)
  expect(shifts).toEqual([])
  await clock.resume(13_600_000)
  expect(shifts).toEqual([-3_600_000])
  expect(clock.jumps).toBe(5)
})
