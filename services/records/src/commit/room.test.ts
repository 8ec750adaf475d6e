import { expect, test } from 'vitest'
import { Room } from './room.ts'

const never = new AbortController().signal
const rows = (rows: number) => ({ rows, bytes: rows })
const settled = () => new Promise(setImmediate)

/** Tells in which order guests came in. */
function guests(room: Room) {
  const inside: string[] = []
  return {
    inside,
    async enter(name: string, load: number, signal = never) {
      const place = await room.enter(name.slice(0, 1), rows(load), signal)
      inside.push(name)
      return place
    },
  }
}

test('who finds no room waits until it is given back', async () => {
  const { inside, enter } = guests(new Room(rows(10)))
  const first = await enter('a1', 6)
  await enter('a2', 4)
  const waiting = enter('a3', 5)
  await settled()
  expect(inside).toEqual(['a1', 'a2'])
  first[Symbol.dispose]()
  await waiting
  expect(inside).toEqual(['a1', 'a2', 'a3'])
})

test('owners are let in in turn, however many of one are waiting', async () => {
  const { inside, enter } = guests(new Room(rows(3)))
  const first = await enter('a1', 3)
  const waiting = ['a2', 'a3', 'b1'].map((name) => enter(name, 1))
  first[Symbol.dispose]()
  await Promise.all(waiting)
  expect(inside).toEqual(['a1', 'a2', 'b1', 'a3'])
})

test('an owner can fill the door for itself, not for others', async () => {
  const { inside, enter } = guests(new Room(rows(10)))
  const first = await enter('a1', 10)
  const waiting = [enter('a2', 6), enter('a3', 4)]
  await expect(enter('a4', 1)).rejects.toMatchObject({ code: 'unavailable' })
  const other = enter('b1', 4)
  first[Symbol.dispose]()
  for (const place of [waiting[0], other, waiting[1]]) (await place)?.[Symbol.dispose]()
  await enter('a4', 10)
  expect(inside).toEqual(['a1', 'a2', 'b1', 'a3', 'a4'])
})

test('one that is larger than all the room gets it for itself', async () => {
  const { inside, enter } = guests(new Room(rows(10)))
  const small = await enter('a', 1)
  const large = enter('b', 50)
  await settled()
  expect(inside).toEqual(['a'])
  small[Symbol.dispose]()
  const place = await large
  const next = enter('c', 1)
  await settled()
  expect(inside).toEqual(['a', 'b'])
  place[Symbol.dispose]()
  await next
})

test('who gives up leaves no trace, also in the moment in which it is let in', async () => {
  const room = new Room(rows(1))
  const { inside, enter } = guests(room)
  const first = await enter('a', 1)
  const patience = new AbortController()
  const gone = enter('b', 1, patience.signal)
  const last = enter('c', 1)
  patience.abort(new Error('too late'))
  first[Symbol.dispose]()
  await expect(gone).rejects.toThrow('too late')
  await last
  expect(inside).toEqual(['a', 'c'])
})
