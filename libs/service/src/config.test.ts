import { expect, test } from 'vitest'
import { z } from 'zod'
import { readConfig, variable } from './config.ts'

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

test('an interval is read as milliseconds; a cron expression is none', () => {
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
