import { expect, test } from 'vitest'
import { Slots } from './slots.ts'

const { signal } = new AbortController()

test('there are as many slots as were asked for, and each is given back once', () => {
  const slots = new Slots(2)
  const [first, second] = [slots.tryTake(), slots.tryTake()]
  expect(slots.tryTake()).toBeUndefined()
  first?.give()
  first?.give()
  first?.[Symbol.dispose]()
  expect(slots.free).toBe(1)
  second?.[Symbol.dispose]()
  expect(slots.free).toBe(2)
})

test('who comes back gets a slot before new messages do, in the order of asking', async () => {
  const slots = new Slots(1)
  const early = slots.tryTake()
  early?.give()
  const late = slots.tryTake()
  late?.give()
  const running = slots.tryTake()
  const order: string[] = []
  const back = [
    late?.takeBack(signal).then(() => order.push('late')),
    early?.takeBack(signal).then(() => order.push('early')),
  ]
  const free = slots.untilFree(signal).then(() => order.push('new'))
  running?.give()
  expect(slots.tryTake()).toBeUndefined()
  await back[0]
  late?.give()
  await back[1]
  early?.give()
  await free
  expect(order).toEqual(['late', 'early', 'new'])
})

test('who stops waiting for a slot leaves it to the next', async () => {
  const slots = new Slots(1)
  const parked = slots.tryTake()
  parked?.give()
  const running = slots.tryTake()
  const stop = new AbortController()
  const back = parked?.takeBack(stop.signal)
  stop.abort(new Error('no more'))
  await expect(back).rejects.toThrow('no more')
  await expect(parked?.takeBack(stop.signal)).rejects.toThrow('no more')
  parked?.[Symbol.dispose]()
  running?.give()
  expect(slots.free).toBe(1)
})

test('a slot that comes back when its work is over is free', async () => {
  const slots = new Slots(1)
  const parked = slots.tryTake()
  parked?.give()
  const running = slots.tryTake()
  const back = parked?.takeBack(signal)
  parked?.[Symbol.dispose]()
  running?.give()
  await back
  expect(slots.free).toBe(1)
})
