import { expect, test } from 'vitest'
import { hashSecret, keyIdOf, newApiKey, opens, rotated } from './api-key.ts'
import { ApiKey, keyScopes } from './entities.ts'

const NOW = Date.parse('2026-11-27T12:00:00.000Z')
const HOUR = 3_600_000
const facts = { environment: 'my_env-1', label: 'ci' }

test('a key is found by the id in its secret, and only its own secret opens it', () => {
  const { key, secret } = newApiKey(facts)
  expect(secret).toMatch(/^sk_my_env-1_[0-9a-f]{80}$/)
  expect(keyIdOf(secret)).toBe(key.id)
  expect(opens(key, secret, NOW)).toBe(true)
  expect(JSON.stringify(key)).not.toContain(secret)
  const last = secret.endsWith('0') ? '1' : '0'
  expect(opens(key, secret.slice(0, -1) + last, NOW)).toBe(false)
  expect(opens(key, newApiKey(facts).secret, NOW)).toBe(false)
})

test('a key that an older build has stored keeps working, with all scopes, and can be rotated', () => {
  const secret = `sk_dev_${'ab'.repeat(32)}`
  const hash = hashSecret(secret)
  const createdAt = '2026-01-01T00:00:00.000Z'
  const key = ApiKey.parse({ hash, environment: 'dev', label: 'old', hint: 'abab', createdAt })
  expect(key).toEqual({
    id: hash,
    environment: 'dev',
    label: 'old',
    scopes: keyScopes,
    secrets: [{ hash, hint: 'abab', createdAt }],
    createdAt,
  })
  expect(keyIdOf(secret)).toBe(hash)
  expect(opens(key, secret, NOW)).toBe(true)
  const after = rotated(key, { now: NOW, overlapMs: HOUR })
  expect(keyIdOf(after.secret)).toBe(hash)
  expect(opens(ApiKey.parse(JSON.parse(JSON.stringify(after.key))), after.secret, NOW)).toBe(true)
})

test('after a rotation the old secret works for the overlap, and not a moment longer', () => {
  const first = newApiKey(facts)
  const second = rotated(first.key, { now: NOW, overlapMs: HOUR })
  expect(opens(second.key, first.secret, NOW + HOUR - 1)).toBe(true)
  expect(opens(second.key, first.secret, NOW + HOUR)).toBe(false)
  expect(opens(second.key, second.secret, NOW + 1000 * HOUR)).toBe(true)
})

test('a second rotation leaves no secret a longer life than the first one gave it, and forgets those that are over', () => {
  const first = newApiKey(facts)
  const second = rotated(first.key, { now: NOW, overlapMs: HOUR })
  const third = rotated(second.key, { now: NOW + 1, overlapMs: 10 * HOUR })
  expect(opens(third.key, first.secret, NOW + HOUR)).toBe(false)
  expect(opens(third.key, second.secret, NOW + 2 * HOUR)).toBe(true)
  expect(rotated(third.key, { now: NOW + 5 * HOUR, overlapMs: HOUR }).key.secrets).toHaveLength(3)
})

test('a rotation without overlap ends every other secret at once', () => {
  const first = newApiKey(facts)
  const second = rotated(first.key, { now: NOW, overlapMs: HOUR })
  const third = rotated(second.key, { now: NOW, overlapMs: 0 })
  expect([first, second, third].map(({ secret }) => opens(third.key, secret, NOW))).toEqual([
    false,
    false,
    true,
  ])
})

test('a key that has expired opens nothing', () => {
  const { key, secret } = newApiKey({ ...facts, expiresAt: new Date(NOW).toISOString() })
  expect(opens(key, secret, NOW - 1)).toBe(true)
  expect(opens(key, secret, NOW)).toBe(false)
})
