import { expect, test } from 'vitest'
import { CallTally } from './call-tally.ts'

test('requests are counted by host and status', () => {
  const tally = new CallTally()
  tally.add({ host: 'a.io', status: 200, ms: 10.4 }, 0, false)
  tally.add({ host: 'a.io', status: 429, ms: 5 }, 0, false)
  tally.add({ host: 'a.io', status: 200, ms: 30.4 }, 1000.4, true)
  tally.add({ host: 'b.io:8443', ms: 2 }, 0, false)
  expect(tally.rows()).toEqual([
    { host: 'a.io', status: 200, count: 2, retries: 1, waitMs: 1000, totalMs: 41, maxMs: 30 },
    { host: 'a.io', status: 429, count: 1, retries: 0, waitMs: 0, totalMs: 5, maxMs: 5 },
    { host: 'b.io:8443', status: 0, count: 1, retries: 0, waitMs: 0, totalMs: 2, maxMs: 2 },
  ])
})

test('a function that calls any number of hosts has 100 rows, and no call is left out', () => {
  const tally = new CallTally()
  for (let n = 0; n < 5000; n++) tally.add({ host: `${n}.io`, status: 200, ms: 1 }, 0, false)
  tally.add({ host: '7.io', status: 200, ms: 1 }, 0, false)
  tally.add({ host: 'x'.repeat(10_000), status: 500, ms: 1 }, 0, false)
  const rows = tally.rows()
  expect(rows).toHaveLength(100)
  expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(5002)
  expect(rows[7]?.count).toBe(2)
  expect(rows.at(-1)).toMatchObject({ host: '…', status: 0, count: 4902 })
})
