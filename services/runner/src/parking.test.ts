import { expect, test } from 'vitest'
import { PARKED_BYTES, Parking } from './parking.ts'

const one = { environment: 'dev', providerConfigKey: 'one' }
const other = { environment: 'dev', providerConfigKey: 'other' }

test('there are as many places as were asked for, for runs whose calls hold little', () => {
  const parking = new Parking({ places: 1, slots: 4, memoryMb: 0 })
  expect(parking.hasPlace(PARKED_BYTES)).toBe(true)
  expect(parking.hasPlace(PARKED_BYTES + 1)).toBe(false)
  const place = parking.enter()
  expect(parking.hasPlace(0)).toBe(false)
  place[Symbol.dispose]()
  expect(parking.hasPlace(0)).toBe(true)
})

test('there is no place if the run that gets the slot would have no memory', () => {
  expect(new Parking({ places: 1, slots: 4, memoryMb: 1e9 }).hasPlace(0)).toBe(false)
})

test('a run that waits in its slot holds up those of its API, and half of the slots stay for others', () => {
  const parking = new Parking({ places: 0, slots: 4, memoryMb: 0 })
  const [first] = [parking.stay(one, 5000), parking.stay(one, 3000)]
  expect(parking.canStay).toBe(false)
  expect(parking.heldUpMs(one, 1000)).toBe(4000)
  expect(parking.heldUpMs(other, 1000)).toBe(0)
  expect(parking.heldUpMs(one, 5000)).toBe(0)
  first?.[Symbol.dispose]()
  expect(parking.canStay).toBe(true)
  expect(parking.heldUpMs(one, 1000)).toBe(2000)
})

test('runs that are held up look again within a minute', () => {
  const parking = new Parking({ places: 0, slots: 4, memoryMb: 0 })
  parking.stay(one, 3_600_000)
  expect(parking.heldUpMs(one, 0)).toBe(60_000)
})

test('a runner with one slot lets one run wait in it', () => {
  const parking = new Parking({ places: 0, slots: 1, memoryMb: 0 })
  expect(parking.canStay).toBe(true)
  parking.stay(one, 1)
  expect(parking.canStay).toBe(false)
})
