import { AppError } from '@syncline/errors'
import { describe, expect, test } from 'vitest'
import { formatFrequency, frequencyLimits, parseFrequency, readFrequency } from './index.ts'

const canonical = (text: string) => formatFrequency(parseFrequency(text, frequencyLimits))

describe('an interval', () => {
  test.each([
    ['every 30 minutes', 'every 30 minutes'],
    ['every 30 seconds', 'every 30 seconds'],
    ['every minute', 'every minute'],
    ['every hour', 'every hour'],
    ['every day', 'every day'],
    ['every week', 'every week'],
    ['every month', 'every 30 days'],
    ['every 1 month', 'every 30 days'],
    ['every 3 weeks', 'every 3 weeks'],
    ['every 3 week', 'every 3 weeks'],
    ['every 2w', 'every 2 weeks'],
    ['every half day', 'every 12 hours'],
    ['every half hour', 'every 30 minutes'],
    ['every quarter hour', 'every 15 minutes'],
    ['half day', 'every 12 hours'],
    ['hour', 'every hour'],
    ['every 6 hours', 'every 6 hours'],
    ['every 24 hours', 'every day'],
    ['every 60 secs', 'every minute'],
    ['every 90 minutes', 'every 90 minutes'],
    ['every 1.5h', 'every 90 minutes'],
    ['30s', 'every 30 seconds'],
    ['30m', 'every 30 minutes'],
    ['1h', 'every hour'],
    ['2 h', 'every 2 hours'],
    ['10 days', 'every 10 days'],
    ['31d', 'every 31 days'],
    ['Every 5 Minutes', 'every 5 minutes'],
    ['  every  5   minutes ', 'every 5 minutes'],
    ['every 45.5 seconds', 'every 45.5 seconds'],
    ['every 45.125 seconds', 'every 45.125 seconds'],
  ])("'%s' is '%s'", (text, expected) => expect(canonical(text)).toBe(expected))

  test.each(
    ['s', 'sec', 'secs', 'second', 'seconds']
      .map((unit) => [`60${unit}`, 60_000])
      .concat(
        ['m', 'min', 'mins', 'minute', 'minutes'].map((unit) => [`every 2 ${unit}`, 120_000]),
        ['h', 'hr', 'hrs', 'hour', 'hours'].map((unit) => [`3${unit}`, 3 * 3_600_000]),
        ['d', 'day', 'days'].map((unit) => [`every 4 ${unit}`, 4 * 86_400_000]),
        ['w', 'week', 'weeks'].map((unit) => [`every 2 ${unit}`, 14 * 86_400_000]),
      ) as [string, number][], // pairs, which map() widens to arrays
  )("'%s' is read in every spelling of its unit", (text, ms) => {
    expect(parseFrequency(text, frequencyLimits)).toEqual({ kind: 'every', ms })
  })

  test.each([
    '',
    'every',
    'often',
    'every 5 parsecs',
    '5',
    '-5m',
    'every -5 minutes',
    '5mm',
    '1e3s',
    'every 5 minutes please',
    'every half week',
    '30 m 5 s',
    'null',
  ])("'%s' is refused by name", (text) => refused(text, 'is neither an interval'))
  test.each(['every 29s', '0s', 'every second', '0.4 minutes', '0m'])("'%s' is too often", (text) =>
    refused(text, 'is too often'),
  )
  test.each(['every 32 days', '5 weeks', 'every 2 months', '800h'])("'%s' is too seldom", (text) =>
    refused(text, 'is too seldom'),
  )
})

describe('cron', () => {
  test.each([
    ['0 6 * * 1-5 Europe/Berlin', '0 6 * * 1-5 Europe/Berlin'],
    ['*/5 * * * *', '*/5 * * * *'],
    ['*/5 * * * * UTC', '*/5 * * * *'],
    ['  0   0 1 * * ', '0 0 1 * *'],
    ['0 0 * * MON', '0 0 * * MON'],
    ['15,45 8-18 * * *', '15,45 8-18 * * *'],
  ])("'%s' is '%s'", (text, expected) => expect(canonical(text)).toBe(expected))

  test.each([
    ['61 * * * *', 'is not cron'],
    ['aa bb cc dd ee', 'is not cron'],
    ['0 0 * * * Mars/Olympus', "time zone 'Mars/Olympus'"],
    ['0 0 0 * * * UTC', 'more than five cron fields'],
    ['? * * * *', "has a '?'"],
    ['0 0 31 2 *', 'never comes'],
    ['0 0 31 * *', 'is too seldom'],
    ['0 0 29 2 *', 'is too seldom'],
    ['* * 1 1 *', 'is too seldom'],
    ['0 0 1 */2 *', 'is too seldom'],
  ])("'%s' %s", refused)

  test('a raised floor holds for cron too', () => {
    const limits = { ...frequencyLimits, minMs: 600_000 }
    expect(() => parseFrequency('*/5 * * * *', limits)).toThrow("most often is 'every 10 minutes'")
    expect(() => parseFrequency('0,59 4-5 * * *', limits)).toThrow('is too often')
    expect(parseFrequency('*/10 * * * *', limits)).toMatchObject({ kind: 'cron' })
  })
})

test('the canonical text is read back as the same frequency', () => {
  for (const text of ['45s', '90m', '36h', '10 days', '3 weeks', '0 6 * * 1-5 Europe/Berlin', '0 0 * * *']) {
    const frequency = parseFrequency(text, frequencyLimits)
    expect(readFrequency(formatFrequency(frequency))).toEqual(frequency)
  }
})

function refused(text: string, rule: string) {
  const attempt = () => parseFrequency(text, frequencyLimits)
  expect(attempt).toThrow(AppError)
  expect(attempt).toThrow(`frequency '${text}' `)
  expect(attempt).toThrow(rule)
}
