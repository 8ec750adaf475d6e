import { expect, test } from 'vitest'
import { checksOf, worstOf } from './checks.ts'
import type { Answered, Facts, RedisFacts } from './facts.ts'

const NOW = Date.parse('2026-11-27T12:00:00Z')
const answered = <T>(answer: T, ms = 1): Answered<T> => ({ kind: 'answered', ms, answer })
const redis: RedisFacts = {
  ...{
    version: '8.0.2',
    appendOnly: 'yes',
    appendFsync: 'always',
    maxMemoryPolicy: 'noeviction',
    timeMs: NOW,
  },
}
const service = { checks: { redis: 'ok' }, version: '1.0.0', node: '26.10.0', nowMs: NOW }
const runner = { id: 'r', sandbox: 'namespaced', slots: 50, reservedSlots: 5, busy: 1, seenAtMs: NOW - 1000 }
const healthy: Facts = {
  ...{ version: '1.0.0', node: '26.10.0', nats: answered({ version: '2.12.1' }), redis: answered(redis) },
  ...{ records: answered(service), scheduler: answered(service), runners: answered([runner]) },
  ...{ clocks: { Redis: 3, records: -4 }, keyring: answered('current' as const) },
}
const judged = (facts: Partial<Facts>) => checksOf({ ...healthy, ...facts }, NOW)

test('a system that is well has nothing to do', () => {
  const checks = judged({})
  expect(worstOf(checks)).toBe('ok')
  expect(checks.map(({ name }) => name)).toEqual([
    ...[
      'gateway',
      'nats',
      'redis',
      'redis durability',
      'records',
      'scheduler',
      'clocks',
      'runners',
      'sandbox',
    ],
    ...['versions', 'keyring'],
  ])
  expect(checks.every(({ advice }) => advice === null)).toBe(true)
})

const away = { kind: 'failed', error: 'no answer within 3000 ms' } as const

test.each<[string, Partial<Facts>, string, 'warning' | 'failed', RegExp]>([
  ['a server that is away', { nats: away }, 'nats', 'failed', /no answer/],
  ['one that is slow', { nats: answered({ version: '2' }, 900) }, 'nats', 'warning', /900 ms/],
  [
    'a service that lacks its server',
    { records: answered({ ...service, checks: { clickhouse: 'no answer' } }) },
    'records',
    'failed',
    /clickhouse: no answer/,
  ],
  [
    'a Redis that forgets',
    { redis: answered({ ...redis, appendOnly: 'no' }) },
    'redis durability',
    'failed',
    /a restart loses/,
  ],
  [
    'a Redis that evicts',
    { redis: answered({ ...redis, maxMemoryPolicy: 'allkeys-lru' }) },
    'redis durability',
    'failed',
    /may drop/,
  ],
  [
    'a Redis that writes later',
    { redis: answered({ ...redis, appendFsync: 'everysec' }) },
    'redis durability',
    'warning',
    /everysec/,
  ],
  [
    'a Redis that tells nothing',
    { redis: answered({ ...redis, appendFsync: null }) },
    'redis durability',
    'warning',
    /CONFIG GET/,
  ],
  ['a clock that is off', { clocks: { Redis: 600 } }, 'clocks', 'warning', /Redis \+600 ms/],
  ['a clock that is far off', { clocks: { records: -5000 } }, 'clocks', 'failed', /records -5000 ms/],
  ['no runner', { runners: answered([]) }, 'runners', 'failed', /no run begins/],
  [
    'a runner that is silent',
    { runners: answered([{ ...runner, seenAtMs: NOW - 60_000 }]) },
    'runners',
    'warning',
    /not heard of/,
  ],
  [
    'functions that are not confined',
    { runners: answered([{ ...runner, sandbox: 'basic' }]) },
    'sandbox',
    'warning',
    /level basic/,
  ],
  [
    'another version',
    { scheduler: answered({ ...service, version: '0.9.0' }) },
    'versions',
    'warning',
    /scheduler 0\.9\.0/,
  ],
  [
    'a foreign keyring',
    { keyring: { kind: 'failed', error: 'not the keyring' } },
    'keyring',
    'failed',
    /not the keyring/,
  ],
  ['an older key', { keyring: answered('older' as const) }, 'keyring', 'warning', /older key/],
])('%s is told with what to do', (_, facts, name, state, message) => {
  const checks = judged(facts)
  expect(worstOf(checks)).toBe(state)
  const found = checks.find((it) => it.name === name)
  expect(found).toMatchObject({ state, message: expect.stringMatching(message), advice: expect.any(String) })
})
