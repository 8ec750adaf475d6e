import { readFrequency } from '@syncline/frequency'
import { expect, test } from 'vitest'
import { checkPolicy } from './check-policy.ts'

const check = (options: object, frequency = 'every hour') =>
  checkPolicy(
    {
      provider_config_key: 'github',
      name: 'issues',
      description: '',
      models: ['Issue'],
      frequency,
      bundle: 'x',
      ...options,
    },
    readFrequency(frequency),
    (field) => ['syncs', '0', field],
  )

test('without options, runs are as they always were', () => {
  expect(check({})).toEqual({ retries: 0, overlap: 'skip' })
})

test('lengths of time are stored the same however they are written', () => {
  const all = {
    fresh: '120m',
    jitter: 'quarter hour',
    retries: 3,
    concurrency: 20,
    overlap: 'queue_one',
    pause_after_failures: 5,
  }
  expect(check(all, '0 * * * *')).toEqual({
    fresh: '2 hours',
    jitter: '15 minutes',
    retries: 3,
    concurrency: 20,
    overlap: 'queue_one',
    pauseAfterFailures: 5,
  })
})

test.each([
  [{ fresh: '1h' }, 'every hour'],
  [{ fresh: '3 days' }, '0 6 * * 1-5'],
  [{ jitter: '1 minute' }, '* * * * *'],
  [{ jitter: '1 day' }, '0 6 * * *'],
  [{ retries: 0 }, 'every hour'],
  [{ retries: 10, concurrency: 1, pause_after_failures: 1 }, 'every hour'],
])('%j is allowed with %s', (options, frequency) => {
  expect(() => check(options, frequency)).not.toThrow()
})

test.each([
  [
    { fresh: '59m' },
    'every hour',
    "fresh '59m' is too short: at least '1 hour', as its frequency is 'every hour'",
  ],
  [{ fresh: '2 days' }, '0 6 * * 1-5', "at least '3 days'"],
  [{ fresh: '53 weeks' }, 'every hour', 'is too long'],
  [{ fresh: '999999999 weeks' }, 'every hour', 'is too long'],
  [{ fresh: 'soon' }, 'every hour', "fresh 'soon' is not a length of time such as '15 minutes'"],
  [{ fresh: '' }, 'every hour', "fresh '' is not a length of time"],
  [{ fresh: '-1 hour' }, 'every hour', 'is not a length of time'],
  [{ fresh: '0 * * * *' }, 'every hour', 'is not a length of time'],
  [{ jitter: '5m' }, 'every hour', "jitter '5m' is for cron"],
  [
    { jitter: '61m' },
    '0 * * * *',
    "jitter '61m' is too long: at most '1 hour', as its frequency is '0 * * * *'",
  ],
  [{ jitter: '0s' }, '0 * * * *', 'is too short'],
  [{ jitter: 'a bit' }, '0 * * * *', 'is not a length of time'],
  [{ retries: 11 }, 'every hour', "retries '11' must be a whole number from 0 to 10"],
  [{ retries: -1 }, 'every hour', "retries '-1' must be"],
  [{ retries: 1.5 }, 'every hour', "retries '1.5' must be"],
  [{ concurrency: 0 }, 'every hour', "concurrency '0' must be a whole number from 1"],
  [{ concurrency: 1e300 }, 'every hour', 'must be a whole number'],
  [{ pause_after_failures: 0 }, 'every hour', "pause_after_failures '0' must be a whole number from 1"],
])('%j is refused with %s, by sync, field and value', (options, frequency, message) => {
  const field = Object.keys(options)[0]
  expect(() => check(options, frequency)).toThrow(
    expect.objectContaining({
      code: 'invalid_body',
      message: expect.stringContaining(message),
      issues: [expect.objectContaining({ path: ['syncs', '0', field] })],
    }),
  )
  expect(() => check(options, frequency)).toThrow("sync 'github/issues': ")
})
