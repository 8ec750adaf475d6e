import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '@syncline/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AnswerWithText } from '../src/answer-with-text.ts'
import type { Harness } from '../src/harness.ts'
import type { HostCall } from '../src/host-calls.ts'
import { defaultParentLimits, ParentBudget } from '../src/parent-budget.ts'
import { bytes } from './attacks.ts'
import { runIn, testHarness } from './levels.ts'

const MIB = 1 << 20

let harness: Harness
beforeAll(async () => {
  harness = await testHarness()
})
afterAll(async () => harness[Symbol.asyncDispose]())

/** Calls `method` with so many messages of 4 MiB, without waiting for any answer. */
const flood = (method: string, messages: number) =>
  bytes(`
    const text = 'x'.repeat(4 << 20)
    for (let n = 1; n <= ${messages}; n++) write(frame('{"t":"call","run":1,"id":' + n + ',"method":"${method}","params":"' + text + '"}'))
    write(frame('{"t":"returned","run":1,"output":"all sent"}'))`)

const patient = { wallMs: 100_000, silentMs: 100_000 }

test('a child with more in flight than its part is read later, and another child does not notice', async () => {
  // 32 MiB for messages of each run: two of 4 MiB, which count threefold.
  const budget = new ParentBudget({ ...defaultParentLimits, inFlightBytes: 256 * MIB, runs: 2 })
  const open: (() => void)[] = []
  let begun = 0
  const host = {
    slow: () => {
      begun++
      return new Promise<void>((resolve) => open.push(resolve))
    },
    quick: async (text: unknown) => String(text).length,
  }
  const flooding = runIn(harness, flood('slow', 8), { host, budget, limits: patient })
  await eventually(() => expect(begun).toBe(2))
  const other = `let sum = 0; for (let n = 0; n < 5; n++) sum += await host.call('quick', 'x'.repeat(4 << 20)); return sum`
  expect(await runIn(harness, other, { host, budget, limits: patient })).toEqual({
    kind: 'success',
    output: 20 * MIB,
  })
  expect(begun).toBe(2)
  expect(budget.frames.usedBytes).toBeLessThan(32 * MIB)
  // It is slowed down, not ended: each call that is answered lets one more in.
  while (begun < 8) {
    const before = begun
    open.shift()?.()
    await eventually(() => expect(begun).toBe(before + 1))
  }
  for (const answer of open) answer()
  expect(await flooding).toEqual({ kind: 'success', output: 'all sent' })
  await eventually(() => expect(budget.frames.usedBytes).toBe(0))
})

test('what a run that has ended still holds counts, until its host is done with it', async () => {
  const budget = new ParentBudget()
  const done = Promise.withResolvers<void>()
  const host = {
    stubborn: async (_: unknown, { hold }: HostCall) => {
      await hold(10 * MIB)
      await done.promise
    },
  }
  await runIn(harness, `void host.call('stubborn', 'x'.repeat(1 << 20)); throw new Error('enough')`, {
    host,
    budget,
  })
  expect(budget.answers.usedBytes).toBe(10 * MIB)
  expect(budget.frames.usedBytes).toBeGreaterThan(MIB)
  done.resolve()
  await eventually(() => expect([budget.answers.usedBytes, budget.frames.usedBytes]).toEqual([0, 0]))
})

test('answers wait for room, and all of them arrive', async () => {
  const budget = new ParentBudget({ ...defaultParentLimits, inFlightBytes: 128 * MIB, runs: 2 })
  let most = 0
  const host = {
    page: async (_: unknown, { hold }: HostCall) => {
      await hold(20 * MIB)
      most = Math.max(most, budget.answers.usedBytes)
      const block = Buffer.alloc(5 * MIB, 1)
      await hold(block.length)
      return new AnswerWithText({}, ['text'], 'utf8', [block])
    },
  }
  const code = `const all = await Promise.all(Array.from({ length: 12 }, () => host.call('page', {}).then(({ text }) => text.length)))
    return all.reduce((a, b) => a + b)`
  expect(await runIn(harness, code, { host, budget, limits: patient })).toEqual({
    kind: 'success',
    output: 60 * MIB,
  })
  expect(most).toBeLessThanOrEqual(48 * MIB)
  await eventually(() => expect(budget.answers.usedBytes).toBe(0))
})

test('children that flood together leave time for what else this process does', async () => {
  const budget = new ParentBudget({ ...defaultParentLimits, processorShare: 0.6 })
  const stop = new AbortController()
  // Small to send, slow to read, and answered at once.
  const slowToRead = bytes(`
    const list = '[' + '{},'.repeat(300_000) + '0]'
    for (let n = 1; ; n++) write(frame('{"t":"call","run":1,"id":' + n + ',"method":"take","params":' + list + '}'))`)
  const taken = [0, 0, 0, 0]
  const flooding = taken.map((_, n) => {
    const take = async () => {
      taken[n] = (taken[n] ?? 0) + 1
    }
    return runIn(harness, slowToRead, { host: { take }, budget, limits: patient, signal: stop.signal })
  })
  await eventually(() => expect(Math.min(...taken)).toBeGreaterThan(1))
  // Once their bursts are spent.
  await eventually(async () => {
    const before = performance.eventLoopUtilization()
    await sleep(2000)
    expect(performance.eventLoopUtilization(before).utilization).toBeLessThan(0.85)
  })
  stop.abort()
  await Promise.all(flooding)
})
