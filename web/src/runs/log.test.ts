import type { LogLine } from '@syncline/api'
import { expect, test } from 'vitest'
import { emptyLog, filterLines, logText, withPage } from './log.ts'

const line = (message: string, level: LogLine['level'] = 'info'): LogLine => ({
  ...{ at: '2026-11-27T09:00:00.000Z', level, message },
})

test('a log that is followed has each line once, in order', () => {
  const first = withPage(emptyLog, { lines: [line('a'), line('b')], next_cursor: 'c1' })
  const second = withPage(first, { lines: [line('c')], next_cursor: 'c2' })
  expect(second.lines.map(({ message }) => message)).toEqual(['a', 'b', 'c'])
  expect(second).toMatchObject({ cursor: 'c2', dropped: 0 })
})

test('an answer without lines leaves the log as it is, its cursor too', () => {
  const log = withPage(emptyLog, { lines: [line('a')], next_cursor: 'c1' })
  expect(withPage(log, { lines: [], next_cursor: null })).toBe(log)
  expect(withPage(emptyLog, { lines: [], next_cursor: null })).toBe(emptyLog)
})

test('beyond the bound the oldest lines go, and are counted', () => {
  let log = emptyLog
  for (const message of ['a', 'b', 'c', 'd', 'e'])
    log = withPage(log, { lines: [line(message)], next_cursor: message }, 3)
  expect(log.lines.map(({ message }) => message)).toEqual(['c', 'd', 'e'])
  expect(log.dropped).toBe(2)
})

test('lines are found by level and above, and by text in any case', () => {
  const lines = [line('Page 1', 'debug'), line('page 2'), line('no page', 'warn'), line('failed', 'error')]
  expect(filterLines(lines, 'debug', '')).toBe(lines)
  expect(filterLines(lines, 'warn', '').map(({ message }) => message)).toEqual(['no page', 'failed'])
  expect(filterLines(lines, 'debug', 'PAGE').map(({ message }) => message)).toEqual([
    'Page 1',
    'page 2',
    'no page',
  ])
  expect(filterLines(lines, 'error', 'page')).toEqual([])
})

test('the text of a log has time, level and message', () => {
  expect(logText([line('a', 'warn'), line('b', 'error')])).toBe(
    '2026-11-27T09:00:00.000Z warn  a\n2026-11-27T09:00:00.000Z error b',
  )
})
