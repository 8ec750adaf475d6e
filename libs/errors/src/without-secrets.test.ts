import { expect, test } from 'vitest'
import { withoutSecrets } from './without-secrets.ts'

test('a URL without secrets is shown as it is', () => {
  expect(withoutSecrets('nats://one:4222,nats://two:4222')).toBe('nats://one:4222,nats://two:4222')
})

test.each([
  ['nats://me:hunter2@cache:4222', '…@cache:4222'],
  ['nats://hunter2@cache:4222', '…@cache:4222'],
  ['nats://me:hunter2@one:4222,nats://me:hunter2@two:4222', '…@two:4222'],
  ['redis://me:hun@t,er2@cache', '…@cache'],
  ['me:hunter2@cache:6379', '…@cache:6379'],
  ['http://clickhouse:8123?password=hunter2', 'http://clickhouse:8123?…'],
])('%s is shown as %s', (url, shown) => {
  expect(withoutSecrets(url)).toBe(shown)
})
