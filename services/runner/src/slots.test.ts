import { expect, test } from 'vitest'
import { type HeldSlot, Slots } from './slots.ts'

const { signal } = new AbortController()

/** `count` ordinary slots, all of them taken, and no reserved ones. */
function takenSlots(count: number): { slots: Slots; held: HeldSlot[] } {
  const slots = new Slots({ ordinary: count, reserved: 0 })
  return { slots, held: slots.takeFree().ordinary }
}

/** Gives its slot away, and another attempt gets it. */
function replaced(slots: Slots, slot: HeldSlot | undefined): HeldSlot | undefined {
  slot?.give()
  return slots.takeFree().ordinary[0]
}

test('there are as many slots as were asked for, and each is given back once', () => {
  const slots = new Slots({ ordinary: 2, reserved: 1 })
  const { ordinary, reserved } = slots.takeFree()
  expect([ordinary.length, reserved.length]).toEqual([2, 1])
  expect(slots.takeFree()).toEqual({ ordinary: [], reserved: [] })
  ordinary[0]?.give()
  ordinary[0]?.give()
  ordinary[0]?.[Symbol.dispose]()
  expect(slots.free).toEqual({ ordinary: 1, reserved: 0 })
  ordinary[1]?.[Symbol.dispose]()
  reserved[0]?.give()
  expect(slots.free).toEqual({ ordinary: 2, reserved: 1 })
})

test('who comes back gets a slot before new attempts do, in the order of asking', async () => {
  const { slots, held } = takenSlots(1)
  const [early] = held
  const late = replaced(slots, early)
  const running = replaced(slots, late)
  const order: string[] = []
  const back = [
    late?.takeBack(signal).then(() => order.push('late')),
    early?.takeBack(signal).then(() => order.push('early')),
  ]
  const free = slots.untilFree(signal).then(() => order.push('new'))
  running?.give()
  expect(slots.takeFree().ordinary).toEqual([])
  await back[0]
  late?.give()
  await back[1]
  early?.give()
  await free
  expect(order).toEqual(['late', 'early', 'new'])
})

test('a reserved slot that is given away is free as a reserved one, and no ordinary attempt comes back to it', async () => {
  const slots = new Slots({ ordinary: 1, reserved: 1 })
  const { ordinary, reserved } = slots.takeFree()
  const running = replaced(slots, ordinary[0])
  reserved[0]?.give()
  expect(slots.free).toEqual({ ordinary: 0, reserved: 1 })
  const back = ordinary[0]?.takeBack(signal)
  slots.takeFree().reserved[0]?.give()
  expect(slots.free).toEqual({ ordinary: 0, reserved: 1 })
  running?.give()
  await back
  expect(slots.free).toEqual({ ordinary: 0, reserved: 1 })
})

test('an attempt that had a reserved slot comes back to whatever slot is free first', async () => {
  const slots = new Slots({ ordinary: 1, reserved: 1 })
  const { ordinary, reserved } = slots.takeFree()
  reserved[0]?.give()
  const [other] = slots.takeFree().reserved
  const back = reserved[0]?.takeBack(signal)
  ordinary[0]?.give()
  await back
  other?.give()
  expect(slots.free).toEqual({ ordinary: 0, reserved: 1 })
  reserved[0]?.give()
  expect(slots.free).toEqual({ ordinary: 1, reserved: 1 })
})

test('who stops waiting for a slot leaves it to the next', async () => {
  const { slots, held } = takenSlots(1)
  const running = replaced(slots, held[0])
  const stop = new AbortController()
  const back = held[0]?.takeBack(stop.signal)
  stop.abort(new Error('no more'))
  await expect(back).rejects.toThrow('no more')
  await expect(held[0]?.takeBack(stop.signal)).rejects.toThrow('no more')
  held[0]?.[Symbol.dispose]()
  running?.give()
  expect(slots.free.ordinary).toBe(1)
})

test('a slot that comes back when its work is over is free', async () => {
  const { slots, held } = takenSlots(1)
  const running = replaced(slots, held[0])
  const back = held[0]?.takeBack(signal)
  held[0]?.[Symbol.dispose]()
  running?.give()
  await back
  expect(slots.free.ordinary).toBe(1)
})
