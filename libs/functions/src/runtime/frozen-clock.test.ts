import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { freezeClock } from './frozen-clock.ts'

test('a frozen clock stands still, and dates of other times are as ever', () => {
  const script = `(${freezeClock.toString()})('2026-11-27T10:00:00.500Z')
  class Own extends Date {}
  const given = new Date('2020-01-01')
  JSON.stringify([new Date(), Date.now(), new Date(5), given, new Own(), Date().slice(0, 15),
    given instanceof Date, new Date() instanceof Date, given.constructor === Date, new Own() instanceof Own])`
  expect(JSON.parse(runInNewContext(script))).toEqual([
    ...['2026-11-27T10:00:00.500Z', Date.parse('2026-11-27T10:00:00.500Z'), '1970-01-01T00:00:00.005Z'],
    ...['2020-01-01T00:00:00.000Z', '2026-11-27T10:00:00.500Z', 'Fri Nov 27 2026', true, true, true, true],
  ])
})
