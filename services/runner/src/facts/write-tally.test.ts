import { expect, test } from 'vitest'
import { WriteTally } from './write-tally.ts'

test('writes are counted by model; the time in which several are under way counts once', () => {
  let now = 0
  const tally = new WriteTally(() => now)
  const issue = tally.begin('Issue')
  now = 10
  const label = tally.begin('Label')
  now = 30
  issue({ records: 100, bytes: 5000 })
  now = 35
  label({ records: 1, bytes: 10 })
  now = 100
  const again = tally.begin('Issue')
  now = 105.4
  again({ records: 7, bytes: 70 })
  expect(tally.rows()).toEqual([
    { model: 'Issue', calls: 2, records: 107, bytes: 5070, ms: 35 },
    { model: 'Label', calls: 1, records: 1, bytes: 10, ms: 25 },
  ])
  expect(tally.busyMs).toBeCloseTo(40.4)
  tally.begin('Issue')
  now = 200
  expect(tally.busyMs).toBeCloseTo(135)
})

test('a write that failed, or wrote no records, takes time and is no batch', () => {
  let now = 0
  const tally = new WriteTally(() => now)
  const ended = tally.begin('Issue')
  now = 20
  ended()
  expect(tally.rows()).toEqual([])
  expect(tally.busyMs).toBe(20)
})
