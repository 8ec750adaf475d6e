import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { readConfig } from './config.ts'
import { Nats } from './server-variables.ts'
import { variable } from './variable.ts'

const Config = z
  .object({
    NATS_URL: variable.url(),
    PORT: variable.port(3003),
    HOSTS: variable.list([]),
    API_KEY: variable.text('none'),
  })
  .transform((env) => ({ nats: { url: env.NATS_URL }, port: env.PORT, hosts: env.HOSTS }))

test('variables become a config, defaults fill the gaps', () => {
  expect(readConfig(Config, { NATS_URL: 'nats://h:1', HOSTS: 'a, b,' })).toEqual({
    nats: { url: 'nats://h:1' },
    port: 3003,
    hosts: ['a', 'b'],
  })
})

test('an empty variable counts as not set', () => {
  expect(readConfig(Config, { NATS_URL: 'nats://h:1', PORT: '' }).port).toBe(3003)
})

test('the error names every bad variable and its value', () => {
  expect(() => readConfig(Config, { PORT: '99999' })).toThrow(/NATS_URL is not set; PORT is '99999'/)
})

test('an interval is read as milliseconds; a cron expression is refused', () => {
  const Every = z.object({ MIN: variable.interval('30s') })
  expect(readConfig(Every, {})).toEqual({ MIN: 30_000 })
  expect(readConfig(Every, { MIN: '5 minutes' })).toEqual({ MIN: 300_000 })
  for (const bad of ['often', '0 6 * * *'])
    expect(() => readConfig(Every, { MIN: bad })).toThrow(
      `MIN is '${bad}': must be an interval such as '30s'`,
    )
})

test('the value of a secret is not shown', () => {
  const Secret = z.object({ API_KEY: variable.port() })
  expect(() => readConfig(Secret, { API_KEY: 'hunter2' })).toThrow("API_KEY is '…'")
})

test('nor is a password in a URL, however odd the value is', () => {
  const Url = z.object({ REDIS_URL: variable.url() })
  const message = (url: string) => {
    try {
      return String(readConfig(Url, { REDIS_URL: url }))
    } catch (error) {
      return String(error)
    }
  }
  expect(message('me:hunter2@cache:6379')).toContain("REDIS_URL is '…@cache:6379'")
  expect(message('REDIS://a,me:hun@ter2@cache?password=hunter2')).toContain("REDIS_URL is '…@cache?…'")
})

test('a number outside its range is refused, with its variable, its value and the range', () => {
  const Slots = z.object({ RUNNER_SLOTS: variable.whole(4, { least: 1, most: 1000 }) })
  expect(readConfig(Slots, { RUNNER_SLOTS: '1000' })).toEqual({ RUNNER_SLOTS: 1000 })
  for (const bad of ['0', '-1', '1001', '1.5', '1e2', '0x10', ' ', 'many']) {
    expect(() => readConfig(Slots, { RUNNER_SLOTS: bad })).toThrow(
      `RUNNER_SLOTS is '${bad}': must be a whole number from 1 to 1000`,
    )
  }
})

describe('a variable that begins as ours do and that nobody reads', () => {
  const Empty = z.object({})

  test.each([
    ['RUNNER_SLOT', 'RUNNER_SLOTS'],
    ['SCHEDULER_MAX_RUN_PER_ENVIRONMENT', 'SCHEDULER_MAX_RUNS_PER_ENVIRONMENT'],
    ['NATS_PASWORD', 'NATS_PASSWORD'],
    ['SYNCLINE_KEYRNG', 'SYNCLINE_KEYRING'],
  ])('%s is refused, and %s suggested', (wrong, right) => {
    expect(() => readConfig(Empty, { [wrong]: '1' })).toThrow(
      `${wrong} is no variable of Syncline: did you mean ${right}?`,
    )
  })

  test('one of another service is fine, and so are those of other programs', () => {
    const fine = {
      RUNNER_SLOTS: '4',
      RECORDS_ADDRESS: 'records:50051',
      ...{
        NATS_SERVICE_HOST: '10.0.0.1',
        NATS_PORT: 'tcp://10.0.0.1:4222',
        NATS_PORT_4222_TCP_ADDR: '10.0.0.1',
      },
      ...{ RUNNER_OS: 'Linux', RUN_DISPLAY_URL: 'http://ci' },
      ...{ SYNCLINE_TEST_NATS_URL: 'nats://h:1', SYNCLINE_KEY: 'sk', RUNTIME: 'x', PATH: '/bin' },
    }
    expect(readConfig(Empty, fine)).toEqual({})
  })

  test('a variable of the schema itself, or of another one of the process, is known', () => {
    const Own = z.object({ RUNNER_NEW: variable.text() })
    expect(readConfig(Own, { RUNNER_NEW: 'a', RUNNER_NEWER: 'b' }, ['RUNNER_NEWER'])).toEqual({
      RUNNER_NEW: 'a',
    })
  })
})

describe('the variables of NATS are checked together', () => {
  const file = import.meta.filename

  test('any one login will do', () => {
    expect(readConfig(Nats, { NATS_USER: 'me', NATS_PASSWORD: 'secret' })).toMatchObject({ user: 'me' })
    expect(readConfig(Nats, { NATS_CREDS_FILE: file })).toMatchObject({ credsFile: file, caFile: '' })
  })

  test.each([
    [{ NATS_USER: 'me' }, 'NATS_PASSWORD is not set: NATS_USER is set, and needs it'],
    [{ NATS_KEY_FILE: file }, 'NATS_CERT_FILE is not set: NATS_KEY_FILE is set, and needs it'],
    [
      { NATS_USER: 'me', NATS_PASSWORD: 'hunter2', NATS_TOKEN: 'hunter2' },
      "NATS_TOKEN is '…': NATS_USER is set too, and one login is enough",
    ],
    [
      { NATS_URL: 'nats://me:hunter2@h:1', NATS_TOKEN: 'hunter2' },
      "NATS_TOKEN is '…': NATS_URL has a user too, and one login is enough",
    ],
    [
      { NATS_CREDS_FILE: '/nowhere.creds' },
      "NATS_CREDS_FILE is '/nowhere.creds': the file cannot be read (ENOENT)",
    ],
  ])('%j is refused', (env, message) => {
    expect(() => readConfig(Nats, env)).toThrow(message)
    expect(() => readConfig(Nats, env)).not.toThrow('hunter2')
  })
})
